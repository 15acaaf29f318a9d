// Keeps the conversations fresh without touching what is being typed.
"use strict";

const EVERY_MS = 1500;

async function refresh() {
  const response = await fetch("/", { cache: "no-store" });
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  if (fresh.querySelectorAll(".live").length !== document.querySelectorAll(".live").length) {
    document.querySelector("main").replaceWith(fresh.querySelector("main"));
    return;
  }
  for (const now of fresh.querySelectorAll(".live")) {
    const shown = document.getElementById(now.id);
    if (shown && shown.innerHTML !== now.innerHTML && !shown.contains(document.activeElement)) {
      shown.replaceWith(now);
      scrollDown(now);
    }
  }
}

function scrollDown(live) {
  const list = live.querySelector(".bubbles");
  list.scrollTop = list.scrollHeight;
}

async function loop() {
  try {
    await refresh();
  } catch (error) {
    console.warn("The simulator does not answer", error);
  }
  setTimeout(loop, EVERY_MS);
}

document.querySelectorAll(".live").forEach(scrollDown);
setTimeout(loop, EVERY_MS);
