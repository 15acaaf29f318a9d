/**
 * The desk's own words. Each part has a folder in `locales/` with a file for each language; English travels with the
 * part's script, every other language is fetched when it is the agent's, and stays out of everybody else's way.
 */

import { computed, effect, signal } from "@preact/signals";

import english from "./locales/common/en.json";
import { kept, keep } from "./kept";

type Values = Record<string, string | number>;
type File = () => Promise<{ default: Record<string, string> }>;

const FILES = import.meta.glob<{ default: Record<string, string> }>(["./locales/*/*.json", "!./locales/*/en.json"]);
const RIGHT_TO_LEFT = /^(ar|he|fa|ur|ps|sd|ug|yi|dv|ckb)\b/;

export const LANGUAGES: readonly string[] = [
  "en",
  ...new Set(Object.keys(FILES).filter((path) => path.startsWith("./locales/common/")).map(tagOf)),
].sort();

export const language = signal(choose([kept("language") ?? "", ...navigator.languages]));
export const direction = computed<"ltr" | "rtl">(() => (RIGHT_TO_LEFT.test(language.value) ? "rtl" : "ltr"));

const coming = new Set<Promise<void>>();

/** Until the words that were asked for are here (or will not come: then it is English). */
export async function worded(): Promise<void> {
  while (coming.size) await Promise.all(coming);
}

export function speak(tag: string): void {
  keep("language", tag);
  language.value = tag;
}

/** The words of one part: `const say = part("inbox", english)`, then `say("claim")` wherever it is shown. */
export function part<Texts extends Record<string, string>>(
  name: string,
  own: Texts,
): (key: keyof Texts & string, values?: Values) => string {
  const texts = signal<Record<string, string>>(own);
  effect(() => {
    const tag = language.value;
    const file: File | undefined = FILES[`./locales/${name}/${tag}.json`];
    if (!file) {
      texts.value = own;
      return;
    }
    const load = file().then(
      (found) => {
        if (language.peek() === tag) texts.value = { ...own, ...found.default };
      },
      () => void (texts.value = own),
    );
    const done = load.finally(() => coming.delete(done));
    coming.add(done);
  });
  return (key, values) => filled(texts.value[key] ?? own[key] ?? key, values);
}

export type CommonKey = keyof typeof english;

export const say = part("common", english);

export const filled = (text: string, values: Values = {}) =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));

/** The first language of the list that we have words in. */
export function choose(wanted: readonly string[]): string {
  for (const tag of wanted) {
    const found = known(tag);
    if (found) return found;
  }
  return "en";
}

function known(tag: string): string | undefined {
  const [first = "", ...rest] = tag.replace(/_/g, "-").toLowerCase().split("-");
  if (first === "zh") return rest.some((one) => /^(hant|tw|hk|mo)$/.test(one)) ? "zh-Hant" : "zh-Hans";
  const asked = [first, ...rest].join("-");
  const exact = LANGUAGES.find((have) => have.toLowerCase() === asked);
  return exact ?? LANGUAGES.find((have) => have.toLowerCase().split("-")[0] === first);
}

function tagOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1, -".json".length);
}

// --- numbers and times as the agent's language writes them --------------------------------------------------------

const formats = computed(() => ({
  time: new Intl.DateTimeFormat(language.value, { hour: "numeric", minute: "2-digit" }),
  day: new Intl.DateTimeFormat(language.value, { month: "short", day: "numeric" }),
  date: new Intl.DateTimeFormat(language.value, { year: "numeric", month: "short", day: "numeric" }),
  full: new Intl.DateTimeFormat(language.value, { dateStyle: "medium", timeStyle: "medium" }),
  weekday: new Intl.DateTimeFormat(language.value, { weekday: "long", month: "long", day: "numeric" }),
  number: new Intl.NumberFormat(language.value),
  languages: new Intl.DisplayNames(language.value, { type: "language" }),
}));

export const timeOf = (at: string | number) => formats.value.time.format(new Date(at));
export const dateOf = (at: string | number) => formats.value.date.format(new Date(at));
export const fullTime = (at: string | number) => formats.value.full.format(new Date(at));
/** The direction of a field: what is written decides, and while nothing is, the language of its hint. */
export const written = (value: string) => (value ? ("auto" as const) : undefined);

export const number = (value: number) => formats.value.number.format(value);

/** Today: the time; this year: the day; else the date. */
export function shortTime(at: string | number, now: Date = new Date()): string {
  const then = new Date(at);
  if (then.toDateString() === now.toDateString()) return formats.value.time.format(then);
  return (then.getFullYear() === now.getFullYear() ? formats.value.day : formats.value.date).format(then);
}

export function dayOf(at: string | number): string {
  return formats.value.weekday.format(new Date(at));
}

export function languageName(tag: string): string {
  try {
    return formats.value.languages.of(tag) ?? tag;
  } catch {
    return tag;
  }
}

/** A stretch of time, short: `2:05`, `1:02:05`. Works alike in every language. */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
