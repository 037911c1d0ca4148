/* Wakes explorers: figures with controls, texts and charts that follow (erfm/report/explorer.py). */
(() => {
  if (!window.vegaEmbed) return; // the picture and the texts of the first setting remain
  const options = { actions: false, defaultStyle: false, renderer: "svg" };
  async function start(root) {
    root.dataset.live = "";
    const spec = JSON.parse(root.querySelector("script").textContent);
    const { anchor, controls, presets } = spec.usermeta.erfm;
    const find = (selector) => [...root.querySelectorAll(selector)];
    const named = new Set(controls.map((control) => control.name));
    const values = Object.fromEntries(
      spec.params.filter((p) => named.has(p.name)).map((p) => [p.name, p.value]));

    // Texts are those of a view without marks, whose signals Python evaluates in the same way.
    const signals = spec.params.filter((p) => !p.select).map(({ name, value, expr }) =>
      expr === undefined ? { name, value } : { name, update: expr });
    const bare = { $schema: "https://vega.github.io/schema/vega/v6.json", signals };
    const texts = (await vegaEmbed(document.createElement("div"), bare, options)).view;
    const views = [texts];

    async function draw() {
      const { concat, hconcat, vconcat, columns, spacing, ...shared } = spec;
      const parts = concat || hconcat || vconcat || [{}];
      const config = { ...spec.config, font: getComputedStyle(root).fontFamily };
      const autosize = { type: "fit-x", contains: "padding" };
      const charts = root.querySelector(".erfm-charts");
      // Described as a whole, by the label of its place.
      charts.replaceChildren(...parts.map(() =>
        Object.assign(document.createElement("div"), { ariaHidden: "true" })));
      for (const [i, part] of parts.entries()) {
        const place = charts.children[i], width = place.clientWidth || 300;
        const whole = { ...shared, ...part, width, autosize, config };
        const { view } = await vegaEmbed(place, whole, options);
        views.push(view);
        new ResizeObserver(() => {
          if (place.clientWidth) view.signal("width", place.clientWidth).runAsync();
        }).observe(place);
      }
    }

    const wanted = (preset) => Object.entries(preset).map(([name, value]) =>
      [name, value.signal ? texts.signal(value.signal) : value]);

    function show() {
      for (const view of views) {
        for (const name in values) view.signal(name, values[name]);
        if (view === texts) view.run(); else view.runAsync();
      }
      for (const place of find("[data-shows]")) {
        const text = String(texts.signal(place.dataset.shows));
        if (place.textContent !== text) place.textContent = text;
      }
      for (const input of find("[data-control]")) {
        const value = values[input.dataset.control];
        if (input.type === "radio") input.checked = input.value === value;
        else input.value = value;
        const { shown, applies } = controls.find((c) => c.name === input.dataset.control);
        if (shown) input.setAttribute("aria-valuetext", texts.signal(shown));
        if (applies) input.disabled = !texts.signal(applies);
      }
      find(".erfm-presets [aria-pressed]").forEach((button, i) => {
        const on = wanted(presets[i][1]).every(([name, value]) => values[name] === value);
        button.setAttribute("aria-pressed", on);
      });
    }

    // Of a slider that counts places, the address holds what stands there.
    function remember() {
      if (!("address" in root.dataset)) return;
      const told = controls.map(({ name, places }) => places
        ? [name.replace("_step", ""), texts.signal(places)[values[name]]] : [name, values[name]]);
      history.replaceState(null, "", `#${anchor}?${new URLSearchParams(told)}`);
    }

    function restore() {
      const [id, query] = location.hash.slice(1).split("?");
      if (!query || decodeURIComponent(id) !== anchor || !("address" in root.dataset)) return;
      const given = new URLSearchParams(query);
      for (const { name, shown, minimum, maximum, options, places } of controls) {
        const text = given.get(places ? name.replace("_step", "") : name);
        if (!shown && options.some(([key]) => key === text)) values[name] = text;
        if (!shown || !text?.trim() || !isFinite(text)) continue;
        const far = places && texts.signal(places).map((value) => Math.abs(value - text));
        values[name] = far ? far.indexOf(Math.min(...far))
          : Math.min(maximum, Math.max(minimum, Number(text)));
      }
      show();
      (document.getElementById(anchor) || root).scrollIntoView();
    }

    root.addEventListener("input", ({ target }) => {
      values[target.dataset.control] = target.type === "range" ? Number(target.value) : target.value;
      show();
    });
    root.addEventListener("change", remember);
    find(".erfm-presets button").forEach((button, i) => button.addEventListener("click", () => {
      Object.assign(values, Object.fromEntries(wanted(presets[i][1])));
      show();
      remember();
    }));
    window.addEventListener("hashchange", restore);
    await draw();
    show();
    restore();
    root.querySelector(".erfm-controls").hidden = false;
  }

  document.querySelectorAll(".erfm-explorer:not([data-live])").forEach(start);
})();
