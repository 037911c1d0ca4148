// One switch for all code of the report: every page opens or folds it as the reader last chose.
document.addEventListener("DOMContentLoaded", () => {
  const folds = document.querySelectorAll("details.above-input");
  const place = document.querySelector(".content-icon-container");
  if (!folds.length || !place) return;

  const remembered = {
    get: () => { try { return localStorage.getItem("erfm-code") === "shown"; } catch { return false; } },
    set: (shown) => { try { localStorage.setItem("erfm-code", shown ? "shown" : "folded"); } catch {} },
  };
  const button = document.createElement("button");
  button.type = "button";
  button.className = "code-switch";
  button.textContent = "Show code";
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
