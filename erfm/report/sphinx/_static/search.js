// Finds numbers and words of any language in the sections of the report (search_texts.js).
(() => {
  const SHOWN = 100, BEFORE = 90, EXCERPT = 260;
  const [field, found, list] = ["query", "found", "hits"].map((id) => document.getElementById(`erfm-${id}`));
  // Each character is replaced by one: places in one text are places in the other.
  const lower = (c) => (c.toLowerCase().length === c.length ? c.toLowerCase() : c);
  const plain = (text) => text.replace(/[A-Z]|[^\0-\x7f]/gu, lower).replace(/[−‐‑–]/g, "-")
    .replace(/[‘’]/g, "'").replace(/[“”]/g, '"').replace(/\s/g, " ");
  const sections = SECTIONS.map(([page, anchor, chapter, title, text]) =>
    ({ page, anchor, chapter, title, text, head: plain(title), body: plain(text) }));
  const wordsOf = (query) =>
    [...plain(query.normalize("NFKC")).matchAll(/"([^"]+)"|[^\s"]+/g)].map((w) => w[1] ?? w[0]);
  const inner = (c) => /[\p{L}\p{N}]/u.test(c ?? "") && !/\p{Script=Han}/u.test(c);
  const whole = (text, word) => { // not within a longer word or number
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
      if (!inner(text[at - 1]) && !inner(text[at + word.length])) return true;
    }
    return false;
  };
  const score = ({ page, head, body }, words) => words.reduce((sum, word) => sum + whole(body, word)
    + 2 * head.includes(word) + 2 * whole(head, word),
  9 * (head === words.join(" ")) - 99 * page.startsWith("module")); // the report before its code
  const add = (parent, tag, given) =>
    parent.appendChild(Object.assign(document.createElement(tag), given));
  const mark = (parent, text, words) => {
    const hay = plain(text);
    for (let at = 0; at < text.length;) {
      const [next, length] = words.map((w) => [hay.indexOf(w, at), w.length])
        .filter(([i]) => i >= 0).sort((a, b) => a[0] - b[0] || b[1] - a[1])[0] ?? [text.length, 0];
      parent.append(text.slice(at, next));
      if (length) add(parent, "mark", { textContent: text.slice(next, next + length) });
      at = next + length;
    }
  };
  const show = ({ page, anchor, chapter, title, text, body }, words) => {
    const hit = words.filter((w) => body.includes(w)).sort((a, b) => body.indexOf(a) - body.indexOf(b))[0];
    const first = hit ? body.indexOf(hit) : 0;
    const from = first > BEFORE ? Math.min(text.indexOf(" ", first - BEFORE) + 1 || first, first) : 0;
    const cut = from + EXCERPT < text.length;
    const excerpt = cut ? text.slice(from, from + EXCERPT).replace(/\s\S*$/, " …") : text.slice(from);
    const item = add(list, "li");
    // Browsers that know text fragments scroll to the hit itself, and mark it.
    const fragment = hit && !/["'-]/.test(hit) ? `:~:text=${encodeURIComponent(hit)}` : "";
    mark(add(item, "a", { href: `${page}#${anchor}${fragment}` }), title, words);
    if (chapter !== title) add(item, "div", { className: "erfm-page", textContent: chapter });
    mark(add(item, "p"), (from ? "… " : "") + excerpt, words);
  };
  const search = () => {
    const words = wordsOf(field.value);
    const hits = sections.filter(({ head, body }) =>
      words.length && words.every((w) => head.includes(w) || body.includes(w)))
      .map((section) => [score(section, words), section]).sort((a, b) => b[0] - a[0]);
    list.replaceChildren();
    hits.slice(0, SHOWN).forEach(([, section]) => show(section, words));
    const rest = hits.length > SHOWN ? `; the first ${SHOWN} are shown` : "";
    found.textContent = words.length
      ? `${hits.length || "No"} section${hits.length === 1 ? "" : "s"} with ${field.value.trim()}${rest}.` : "";
  };
  field.value = new URLSearchParams(location.search).get("q") ?? "";
  field.addEventListener("input", search);
  search();
})();
