/** The script of the one tag: reads what the page says, puts the widget into a shadow of its own, and starts it. */

import { render } from "preact";

import { Chat } from "./chat";
import { Keep } from "./keep";
import { read, type Options } from "./options";
import { choose, load } from "./texts";
import { Stage, Widget } from "./view";
import css from "./widget.css?inline";

declare global {
  interface Window {
    frontdesk?: Record<string, unknown>;
  }
}

const script = document.currentScript;
const options = read(script, window.frontdesk ?? {});

if (!options) console.error("frontdesk: the script tag needs data-channel, the id of a web channel");
else if (document.body) mount(options);
else addEventListener("DOMContentLoaded", () => mount(options), { once: true });

function mount(options: Options): void {
  if (document.querySelector("frontdesk-widget")) return;
  const host = document.createElement("frontdesk-widget");
  host.dataset["theme"] = options.theme;
  host.dataset["position"] = options.position;
  const shadow = host.attachShadow({ mode: "open" });
  shadow.adoptedStyleSheets = [sheet(css), ...colored(options.color)];
  const wanted = [...(options.language ? [options.language] : []), ...navigator.languages];
  const visitor = () => ({
    language: wanted[0] ?? "en",
    url: location.href.slice(0, 2000),
    ...(document.title ? { title: document.title.slice(0, 200) } : {}),
    ...options.visitor,
  });
  const address = `${options.server}/widget/${encodeURIComponent(options.channel)}`;
  const stage = new Stage(new Chat(address, visitor, new Keep(options.channel)), options.title, options.server);
  const language = choose(wanted);
  void load(options.server, language).then((texts) => {
    stage.texts.value = texts;
    stage.language.value = language;
  });
  document.body.append(host);
  render(<Widget stage={stage} />, shadow);
  if (options.open) stage.show(true);
  window.frontdesk = { ...window.frontdesk, open: () => stage.show(true), close: () => stage.show(false) };
}

/** A constructed sheet: a page's policy may forbid inline styles, and this is none. */
function sheet(css: string): CSSStyleSheet {
  const made = new CSSStyleSheet();
  made.replaceSync(css);
  return made;
}

function colored(color: string | null): CSSStyleSheet[] {
  return color && CSS.supports("color", color) ? [sheet(`:host{--frontdesk-accent:${color.replace(/[{};]/g, "")}}`)] : [];
}
