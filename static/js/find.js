// "/" leads to the search box of the head, unless single keys are off in this browser (keys.js) or a page uses it itself, whose script stands before this one.
"use strict";

document.addEventListener("keydown", (event) => {
  const box = document.getElementById("find");
  const typing = event.target.closest && event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || !box || typing || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (localStorage.getItem("probanda-keys") === "off") return;
  event.preventDefault();
  box.focus();
  box.select();
});
