import english from "../locales/floor/en.json";
import { part } from "../texts";

export const f = part("floor", english);
