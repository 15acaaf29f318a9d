/** Translations beside what was really written, which always stays; and drafts in the customer's language. */

import { signal } from "@preact/signals";
import { Languages } from "lucide";

import { api, ok, type Schema } from "../api/client";
import { keep, kept } from "../kept";
import { languageName } from "../texts";
import { Icon } from "../ui/icon";
import { Words } from "./content";
import { t } from "./texts";

export const translations = signal(kept("translations") !== "off");

export function showTranslations(on: boolean): void {
  keep("translations", on ? null : "off");
  translations.value = on;
}

/** Beneath a customer's words their translation; beneath an agent's what they wrote before it was translated. */
export function Translated({ of: translation }: { of: Schema["Translation"] }) {
  if (!translations.value) return null;
  return (
    <div class="translation" lang={translation.language}>
      <p class="small"><Icon of={Languages} size={13} /><span class="unseen">{t("translation")}: </span>{languageName(translation.language)}</p>
      <Words text={translation.text} />
    </div>
  );
}

export const draft = (session: string, text: string) =>
  ok(api.POST("/api/v1/inbox/sessions/{id}/translate", { params: { path: { id: session } }, body: { text } }));
