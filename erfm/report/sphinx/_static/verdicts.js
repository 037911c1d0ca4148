// The table of verdicts: filtered, searched and sorted, with what is chosen in the address.
(() => {
  const inSite = document.currentScript?.src || document.body?.matches(".erfm-trial"); // JupyterLab's is not ours
  const number = (text) => Number(text.replace("−", "-").replace(/[,%]|\s.*/g, "") || NaN);

  function enhance(box) {
    box.classList.add("live");
    const table = box.querySelector("table"), heads = [...table.tHead.rows[0].cells];
    const names = heads.map((head) => head.textContent), rows = [...table.tBodies];
    const texts = rows.map((row) => row.textContent.toLowerCase());
    const badges = [0, 1, 2, 3].map((order) => table.querySelector(`[data-order="${order}"]`))
      .filter(Boolean).map((cell) => `<label><input type="checkbox" name="verdict"
        value="${cell.closest("tbody").dataset.verdict}"> ${cell.innerHTML}</label>`);
    const form = Object.assign(document.createElement("form"),
      { ariaLabel: "Filter and sort the printed values", oninput: change, onsubmit: () => false });
    form.innerHTML = `<fieldset><legend>Verdict</legend>${badges.join("")}</fieldset>
      <label>Table <select name="table"><option value="">all</option></select></label>
      <label>Search <input type="search" name="search" size="12"></label>
      <label>Sort by <select name="sort"><option value="">the paper's order</option></select></label>
      <button type="button" name="open">Open all</button>
      <button type="button" name="clear">Reset</button> <output aria-live="polite"></output>`;
    const { sort, search, table: tables, open, clear } = form.elements;
    new Set(rows.map((row) => row.dataset.table)).forEach((t) => tables.add(new Option(t, t)));
    heads.forEach((head, i) => {
      const name = names[i], next = { [name]: `-${name}`, [`-${name}`]: "" };
      sort.append(new Option(`${name}, rising`, name), new Option(`${name}, falling`, `-${name}`));
      head.innerHTML = `<button type="button">${head.innerHTML}</button>`;
      head.firstChild.onclick = () => (sort.value = next[sort.value] ?? name, change());
    });
    function show() {
      const chosen = new FormData(form).getAll("verdict"), sought = search.value.trim().toLowerCase();
      rows.forEach(({ dataset: { verdict, table: name } }, i) => {
        rows[i].hidden = (chosen.length && !chosen.includes(verdict))
          || (tables.value && name !== tables.value) || !texts[i].includes(sought);
      });
      const [, falling, name] = sort.value.match(/^(-?)(.*)/), by = names.indexOf(name);
      const key = ({ rows: [{ cells }] }) => cells[by].dataset.order ?? cells[by].textContent;
      // Words stand after numbers, and what is empty last.
      const order = (a, b, x = isNaN(number(a)), y = isNaN(number(b))) => !a - !b || x - y
        || (falling ? -1 : 1) * (x ? a.localeCompare(b) : number(a) - number(b));
      table.append(...(name ? [...rows].sort((a, b) => order(key(a), key(b))) : rows));
      heads.forEach((h, i) => (h.ariaSort = i !== by ? "none" : falling ? "descending" : "ascending"));
      form.lastChild.textContent = `${rows.filter((r) => !r.hidden).length} of ${rows.length} values`;
    }
    function change() {
      show();
      const state = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
      if (inSite) history.replaceState(null, "", `#${box.id}${state.size ? `?${state}` : ""}`);
    }
    function restore(hash) {
      const [id, state] = hash.slice(1).split("?"), row = rows.find((row) => row.id === id);
      if (!row && (id !== box.id || !state)) return;
      if (!row || row.hidden) form.reset();
      for (const [name, value] of new URLSearchParams(row ? "" : state)) {
        const inputs = [...form.elements].filter((input) => input.name === name);
        if (name !== "verdict") inputs.forEach((input) => (input.value = value));
        else inputs.forEach((input) => (input.checked ||= input.value.split(" ")[0] === value.split(" ")[0]));
      }
      show();
      if (row) row.querySelector("details").open = true;
      (row ?? box).scrollIntoView();
    }
    open.onclick = () => {
      const opens = open.textContent === "Open all";
      rows.forEach((row) => (row.querySelector("details").open = opens && !row.hidden));
      open.textContent = opens ? "Close all" : "Open all";
    };
    clear.onclick = () => (form.reset(), change());
    for (const e of form.elements) e.setAttribute("data-lm-suppress-shortcuts", ""); // of JupyterLab
    table.before(form);
    show();
    for (const link of document.querySelectorAll(".erfm-strip a")) {
      if (link.hash === `#${box.id}`) link.hash += `?verdict=${link.dataset.verdict}`;
      link.addEventListener("click", () => restore(link.hash)); // JupyterLab leaves its address
    }
    for (const event of ["load", "hashchange"]) addEventListener(event, () => restore(location.hash));
  }
  document.querySelectorAll(".erfm-verdicts:not(.live)").forEach(enhance);
})();
