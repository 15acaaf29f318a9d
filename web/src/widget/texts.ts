/** The widget's own words. English travels with the script, every other language is fetched when it is the visitor's. */

import english from "../locales/en.json";

export type Texts = typeof english;

export const ENGLISH: Texts = english;

const HAVE = [
  "ar", "cs", "da", "de", "el", "en", "es", "fa", "fi", "fil", "fr", "he", "hi", "hu", "id", "it",
  "ja", "ko", "ms", "nl", "no", "pl", "pt", "ro", "ru", "sv", "th", "tr", "uk", "vi", "zh-Hans", "zh-Hant",
];
/** Codes that were replaced, and members of macro-languages that devices send (core/language.py). */
const RENAMED: Record<string, string> = { in: "id", iw: "he", tl: "fil", nb: "no", nn: "no", pes: "fa", zsm: "ms" };
const RIGHT_TO_LEFT = /^(ar|he|fa|ur|ps|sd|ug|yi|dv|ckb)\b/;

export const direction = (tag: string) => (RIGHT_TO_LEFT.test(tag) ? "rtl" : "ltr");

/** The first language of the list that we have words in. */
export function choose(wanted: readonly string[]): string {
  for (const tag of wanted) {
    const found = known(tag);
    if (found) return found;
  }
  return "en";
}

function known(tag: string): string | undefined {
  const [language = "", ...rest] = tag.replace(/_/g, "-").toLowerCase().split("-");
  if (language === "zh") return rest.some((part) => /^(hant|tw|hk|mo)$/.test(part)) ? "zh-Hant" : "zh-Hans";
  return HAVE.find((have) => have === (RENAMED[language] ?? language));
}

export async function load(server: string, tag: string): Promise<Texts> {
  if (tag === "en") return ENGLISH;
  try {
    const answer = await fetch(`${server}/widget-texts/${tag}.json`, { credentials: "omit" });
    return answer.ok ? { ...ENGLISH, ...((await answer.json()) as Texts) } : ENGLISH;
  } catch {
    return ENGLISH;
  }
}

/** `say("Unread: {n}", { n: 3 })` */
export const say = (text: string, values: Record<string, string | number>) =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
