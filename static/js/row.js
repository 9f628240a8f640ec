// What is typed in the answer goes along when another form of the page is sent, so that attaching evidence loses nothing.
"use strict";

document.addEventListener("submit", (event) => {
  const answer = document.getElementById("answer-form");
  if (!answer || event.target === answer || event.target.method !== "post") return;
  for (const [name, value] of new FormData(answer)) {
    if (name === "csrfmiddlewaretoken") continue;
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name: `answer-${name}`, value });
    event.target.append(input);
  }
});
