/** What the page says: `data-*` on the script tag, or `window.frontdesk`, which wins. */

export type Options = {
  channel: string;
  /** Where Frontdesk is: the script's own folder, unless the page says otherwise. */
  server: string;
  language: string | null;
  title: string | null;
  color: string | null;
  theme: "light" | "dark" | "auto";
  position: "start" | "end";
  open: boolean;
  /** The visitor parameters, as `POST …/visits` takes them. */
  visitor: Record<string, unknown>;
};

type Given = Record<string, unknown>;

const PARAMETERS = [
  "identity", "partner_id", "nickname", "name", "phone", "email", "avatar", "vip", "vip_level", "tags", "params",
  "fields", "timezone", "agent", "group", "queue_first", "service",
];

export function read(script: HTMLOrSVGScriptElement | null, page: Given): Options | null {
  const data: Given = {};
  if (script instanceof HTMLScriptElement) {
    for (const [key, value] of Object.entries(script.dataset)) data[snake(key)] = parsed(snake(key), value ?? "");
  }
  const given: Given = { ...data, ...page };
  const channel = text(given["channel"]);
  if (!channel) return null;
  const source = script instanceof HTMLScriptElement ? script.src : location.href;
  return {
    channel,
    server: text(given["server"])?.replace(/\/+$/, "") ?? new URL(".", source).href.replace(/\/$/, ""),
    language: text(given["language"]),
    title: text(given["title"]),
    color: text(given["color"]),
    theme: given["theme"] === "dark" || given["theme"] === "auto" ? given["theme"] : "light",
    position: given["position"] === "start" ? "start" : "end",
    open: given["open"] === true || given["open"] === "true" || given["open"] === "",
    visitor: visitor(given),
  };
}

function visitor(given: Given): Record<string, unknown> {
  const said = Object.fromEntries(PARAMETERS.filter((key) => given[key] != null).map((key) => [key, given[key]]));
  said["timezone"] ??= Intl.DateTimeFormat().resolvedOptions().timeZone;
  return said;
}

const snake = (key: string) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : null);

/** Attributes are strings; these parameters are not. What cannot be read is left for the server to refuse by name. */
function parsed(key: string, value: string): unknown {
  if (["vip", "queue_first"].includes(key)) return value !== "false";
  if (key === "vip_level") return Number(value);
  if (key === "tags" && !value.startsWith("[")) return value.split(",").map((tag) => tag.trim());
  if (["tags", "params", "fields", "identity"].includes(key)) {
    try {
      return JSON.parse(value);
    } catch {
      return value;
    }
  }
  return value;
}
