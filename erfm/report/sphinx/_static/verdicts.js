// The table of verdicts: filtered, searched and sorted, with what is chosen in the address.
(() => {
  const inSite = Boolean(document.currentScript?.src); // in JupyterLab the address is not ours
  const number = (text) => Number(text.replace("−", "-").replace(/[,%]|\s.*/g, "") || NaN);

  function enhance(box) {
    const table = box.querySelector("table"), heads = [...table.tHead.rows[0].cells];
    const names = heads.map((head) => head.textContent), rows = [...table.tBodies];
    const texts = rows.map((row) => row.textContent.toLowerCase());
    const form = document.createElement("form");
    form.setAttribute("aria-label", "Filter and sort the printed values");
    form.innerHTML = `<fieldset><legend>Verdict</legend></fieldset>
      <label>Table <select name="table"><option value="">all</option></select></label>
      <label>Search <input type="search" name="search" size="12"></label>
      <label>Sort by <select name="sort"><option value="">the paper's order</option></select></label>
      <button type="button">Open all</button> <button type="button">Reset</button>
      <output aria-live="polite"></output>`;
    const { sort, search, table: tables } = form.elements;
    const [open, reset] = form.querySelectorAll("button");
    for (const order of [0, 1, 2, 3]) {
      const cell = table.querySelector(`[data-order="${order}"]`);
      if (!cell) continue;
      const label = form.firstChild.appendChild(document.createElement("label"));
      label.innerHTML = `<input type="checkbox" name="verdict"> ${cell.innerHTML}`;
      label.firstChild.value = cell.closest("tbody").dataset.verdict;
    }
    for (const name of new Set(rows.map((row) => row.dataset.table))) tables.add(new Option(name, name));
    names.forEach((name, i) => {
      sort.append(new Option(`${name}, rising`, name), new Option(`${name}, falling`, `-${name}`));
      heads[i].innerHTML = `<button type="button">${heads[i].innerHTML}</button>`;
      heads[i].firstChild.onclick = () => {
        sort.value = { [name]: `-${name}`, [`-${name}`]: "" }[sort.value] ?? name;
        change();
      };
    });

    function show() {
      const verdicts = new FormData(form).getAll("verdict");
      rows.forEach((row, i) => {
        row.hidden = (verdicts.length && !verdicts.includes(row.dataset.verdict))
          || (tables.value && row.dataset.table !== tables.value)
          || !texts[i].includes(search.value.trim().toLowerCase());
      });
      const [, falling, name] = sort.value.match(/^(-?)(.*)/), by = names.indexOf(name);
      const key = ({ rows: [{ cells }] }) => cells[by].dataset.order ?? cells[by].textContent;
      const order = (a, b) => {
        const [x, y] = [a, b].map((text) => isNaN(number(text)));
        if (!a || !b || x !== y) return !a - !b || x - y; // words after numbers, nothing last
        return (falling ? -1 : 1) * (x ? a.localeCompare(b) : number(a) - number(b));
      };
      table.append(...(name ? [...rows].sort((a, b) => order(key(a), key(b))) : rows));
      heads.forEach((head, i) => {
        head.ariaSort = i !== by ? "none" : falling ? "descending" : "ascending";
      });
      form.lastChild.textContent = `${rows.filter((row) => !row.hidden).length} of ${rows.length} values`;
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
        const box = [...form.elements].find((e) => e.type === "checkbox" && e.value === value);
        box ? (box.checked = true) : form.elements[name] && (form.elements[name].value = value);
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
    reset.onclick = () => (form.reset(), change());
    // Or JupyterLab takes the arrow keys.
    for (const e of form.elements) e.setAttribute("data-lm-suppress-shortcuts", "");
    form.oninput = change;
    form.onsubmit = () => false;
    table.before(form);
    show();
    for (const link of document.querySelectorAll(".erfm-strip a")) {
      if (link.hash === `#${box.id}`) link.hash += `?verdict=${link.dataset.verdict}`;
      link.addEventListener("click", () => restore(link.hash)); // JupyterLab leaves its address
    }
    for (const event of ["load", "hashchange"]) {
      addEventListener(event, () => restore(location.hash));
    }
  }
  for (const box of document.querySelectorAll(".erfm-verdicts:not(.live)")) {
    box.classList.add("live");
    enhance(box);
  }
})();
