/** The desk in a browser: the sign-in, or the frame with the screen the address names. */

import "./tokens.css";
import "./base.css";

import { effect } from "@preact/signals";
import { render } from "preact";

import { start } from "./api/socket";
import { Frame } from "./frame";
import { start as startMentions } from "./mentions/news";
import { go, place } from "./router";
import { somebody } from "./session";
import { direction, language, worded } from "./texts";
import "./theme";

effect(() => {
  document.documentElement.lang = language.value;
  document.documentElement.dir = direction.value;
});

effect(() => {
  const at = place.value?.screen.id;
  if (!somebody.value && at !== "sign-in") {
    const wanted = location.pathname + location.search;
    go(`/desk/sign-in${wanted === "/desk/" ? "" : `?to=${encodeURIComponent(wanted)}`}`, { replace: true });
  }
});

start();
startMentions();
void worded().then(() => render(<Frame />, document.getElementById("desk")!));
