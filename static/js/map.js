// The map of article by system: arrow keys move from cell to cell, and the map is one stop for the Tab key.
(() => {
  const table = document.querySelector("table.heat");
  if (!table) return;
  const link = (cell) => cell && cell.querySelector("a");
  const cells = [...table.tBodies[0].querySelectorAll("a")];
  cells.forEach((one, place) => { one.tabIndex = place ? -1 : 0; });
  document.querySelectorAll(".with-script").forEach((one) => one.classList.add("on"));
  const next = (cell, down, right) => {
    let row = cell.parentElement, place = cell.cellIndex;
    for (;;) {
      if (down) row = down > 0 ? row.nextElementSibling : row.previousElementSibling;
      place += right;
      const found = row && row.cells[place];
      if (!found || place < 1) return null;
      if (link(found)) return link(found);
    }
  };
  const steps = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] };
  table.addEventListener("keydown", (event) => {
    const cell = event.target.closest("tbody td");
    if (!cell || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const links = [...cell.parentElement.querySelectorAll("a")];
    const to = event.key === "Home" ? links[0] : event.key === "End" ? links.at(-1) : steps[event.key] && next(cell, ...steps[event.key]);
    if (!steps[event.key] && event.key !== "Home" && event.key !== "End") return;
    event.preventDefault();
    if (!to) return;
    event.target.tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
  });
})();
