/** A content in one line, for lists and notices. */

import type { Schema } from "../api/client";
import { t } from "./texts";

export type Content = Schema["MessageView"]["content"];

const LONGEST = 160;

/** What a list shows of a chat: what a person or bot said last rather than the notice that came after it. */
export const newest = (session: Schema["SessionView"]) => session.last_said ?? session.last_message;

export function preview(content: Content): string {
  return [...whole(content).slice(0, LONGEST * 2).replace(/\s+/g, " ")].slice(0, LONGEST).join("");
}

function whole(content: Content): string {
  switch (content.type) {
    case "text":
    case "note":
    case "choice":
    case "form":
      return content.text;
    case "image":
    case "audio":
    case "video":
    case "file":
      return content.caption || content.name || t(`kind_${content.type}`);
    case "location":
      return [content.title, content.address].filter(Boolean).join(", ") || t("kind_location");
    case "sticker":
      return content.text || t("kind_sticker");
    case "contact":
      return `${t("kind_contact")}: ${content.name}`;
    case "chosen":
      return content.label;
    case "reaction":
      return content.emoji;
    case "template":
      return content.text || content.name;
    case "summary":
      return [...(content.types ?? []), content.note].filter(Boolean).join(" · ") || t("summary");
    default:
      return t("unsupported", { kind: content.type === "unsupported" ? content.kind : String((content as { type: string }).type) });
  }
}
