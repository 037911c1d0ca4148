// What is wider than the screen scrolls by itself: while it does, the keyboard reaches it, too.
document.addEventListener("DOMContentLoaded", () => {
  const named = (box) => {
    const caption = box.querySelector("caption") || box.closest(".cell_output, section")?.querySelector(".erfm-caption");
    return box.querySelector("table") ? caption?.textContent.trim() || "Table" : box.matches("pre") ? "Code" : "Formula";
  };
  const update = (box) => {
    const scrolls = box.scrollWidth > box.clientWidth + 1;
    if (scrolls === box.hasAttribute("tabindex")) return;
    const given = { tabindex: "0", role: box.querySelector("table") ? "region" : "group", "aria-label": named(box) };
    Object.entries(given).forEach(([name, value]) =>
      (scrolls ? box.setAttribute(name, value) : box.removeAttribute(name)));
  };
  const observer = new ResizeObserver((entries) => entries.forEach((entry) => update(entry.target)));
  document.querySelectorAll(".erfm, .table-wrapper, div.math, pre").forEach((box) => observer.observe(box));

  // A link to what is folded away opens the fold.
  const open = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const fold = target?.closest("details:not([open])");
    if (fold) { fold.open = true; target.scrollIntoView(); }
  };
  window.addEventListener("hashchange", open);
  open();
});
