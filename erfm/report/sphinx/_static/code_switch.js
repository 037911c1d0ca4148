// One switch for all code of the report: every page opens or folds it as the reader last chose.
document.addEventListener("DOMContentLoaded", () => {
  const folds = document.querySelectorAll(".tag_hide-input > details.above-input");
  const place = document.querySelector(".content-icon-container");
  if (!folds.length || !place) return;
  const remembered = {
    get: () => { try { return localStorage.getItem("erfm-code") === "shown"; } catch { return false; } },
    set: (shown) => { try { localStorage.setItem("erfm-code", shown ? "shown" : "folded"); } catch {} },
  };
  const button = Object.assign(document.createElement("button"),
    { type: "button", className: "code-switch", textContent: "Show code" });
  button.setAttribute("role", "switch");

  const show = (shown) => {
    button.setAttribute("aria-checked", String(shown));
    folds.forEach((fold) => { fold.open = shown; });
  };
  button.addEventListener("click", () => {
    const shown = button.getAttribute("aria-checked") !== "true";
    show(shown);
    remembered.set(shown);
  });
  show(remembered.get());
  place.prepend(button);
});
