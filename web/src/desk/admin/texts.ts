import english from "../locales/admin/en.json";
import { part } from "../texts";

export type AdminKey = keyof typeof english;

export const a = part("admin", english);
