import english from "../locales/inbox/en.json";
import { part } from "../texts";

export const t = part("inbox", english);

export type Key = keyof typeof english;
