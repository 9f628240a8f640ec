// Keys for the table of rows, only while one of its rows has the focus; the page works without them.
"use strict";

document.addEventListener("keydown", (event) => {
  const here = document.activeElement;
  if (event.ctrlKey || event.metaKey || event.altKey || !here || !here.closest("#rows")) return;
  const links = [...document.querySelectorAll("#rows th a")];
  const place = links.indexOf(here);
  if (event.key === "?") {
    const keys = document.querySelector(".keys");
    keys.open = !keys.open;
  } else if (event.key === "j" && place < links.length - 1) {
    links[place + 1].focus();
  } else if (event.key === "k" && place > 0) {
    links[place - 1].focus();
  } else {
    return;
  }
  event.preventDefault();
});
