/** One message's content, whatever its kind. Everything is text to the page: nothing a stranger writes is markup. */

import { File as FileSign, FileText, LayoutTemplate, MapPin, SmilePlus, UserRound } from "lucide";
import { Fragment } from "preact";
import { useState } from "preact/hooks";

import { Icon } from "../ui/icon";
import type { Content } from "./preview";
import { t } from "./texts";

const LONG = 1800; // letters of a text that are shown before one asks for all
const MANY_LINES = 24;

export function Body({ content }: { content: Content }) {
  switch (content.type) {
    case "text":
    case "note":
      return <Words text={content.text} />;
    case "image":
    case "audio":
    case "video":
    case "file":
      return <Media content={content} />;
    case "location": {
      const place = [content.title, content.address].filter(Boolean).join(", ") || `${content.latitude}, ${content.longitude}`;
      const point = `${content.latitude}/${content.longitude}`;
      return <Card icon={MapPin} title={place} to={`https://www.openstreetmap.org/?mlat=${content.latitude}&mlon=${content.longitude}#map=16/${point}`} hint={t("kind_location")} />;
    }
    case "sticker":
      return address(content.url) ? <img class="sticker" src={address(content.url)!} alt={content.text ?? t("kind_sticker")} loading="lazy" referrerpolicy="no-referrer" /> : <Card icon={SmilePlus} title={content.text || t("kind_sticker")} />;
    case "contact":
      return <Card icon={UserRound} title={content.name} hint={(content.phones ?? []).join(" · ")} />;
    case "choice":
      return (
        <>
          <Words text={content.text} />
          <ul class="options">{content.options.map((option) => <li key={option.id}><bdi>{option.label}</bdi></li>)}</ul>
        </>
      );
    case "chosen":
      return <p class="chosen" dir="auto">{content.label}</p>;
    case "reaction":
      return <p class="reaction" dir="auto">{content.emoji || t("reaction_gone")}</p>;
    case "form":
      return <Form content={content} />;
    case "template":
      return content.text ? <><p class="template"><Icon of={LayoutTemplate} size={14} /> <bdi>{content.name}</bdi></p><Words text={content.text} /></> : <Card icon={LayoutTemplate} title={content.name} hint={(content.variables ?? []).join(" · ")} />;
    case "summary":
      return <p class="row wraps"><strong>{t("summary")}</strong>{(content.types ?? []).map((one) => <span key={one} class="chip"><bdi>{one}</bdi></span>)}{content.solved == null ? null : <span class="chip">{t("summary_solved")} {t(content.solved ? "yes" : "no")}</span>}{content.note ? <span class="words" dir="auto">{content.note}</span> : null}</p>;
    default:
      return <p class="unsupported">{t("unsupported", { kind: content.type === "unsupported" ? content.kind : String((content as { type: string }).type) })}</p>;
  }
}

const ADDRESS = /(https?:\/\/[^\s<>"']{1,2000}[^\s<>"'.,;:!?)\]}。、,])/;

/** Text with its addresses made links; a very long one is cut until it is asked for. */
export function Words({ text }: { text: string }) {
  const [whole, setWhole] = useState(false);
  const cut = whole ? text : shortened(text);
  return (
    <>
      <p class="words" dir="auto">
        {cut.split(ADDRESS).map((part, place) => (place % 2 ? <Away key={place} to={part}>{part}</Away> : <Fragment key={place}>{part}</Fragment>))}
        {cut.length < text.length ? "…" : ""}
      </p>
      {cut.length < text.length || whole ? <button type="button" class="link small" aria-expanded={whole} onClick={() => setWhole(!whole)}>{t(whole ? "show_less" : "show_all")}</button> : null}
    </>
  );
}

export function shortened(text: string): string {
  const lines = text.split("\n", MANY_LINES + 1);
  const few = lines.length > MANY_LINES ? lines.slice(0, MANY_LINES).join("\n") : text;
  if (few.length <= LONG * 1.2) return few;
  // Not in the middle of a letter that is made of two halves.
  const end = /[\uD800-\uDBFF]/.test(few.charAt(LONG - 1)) ? LONG - 1 : LONG;
  return few.slice(0, end);
}

function Away({ to, children, label }: { to: string; children: preact.ComponentChildren; label?: string }) {
  return <a href={to} target="_blank" rel="noopener noreferrer nofollow" aria-label={label}>{children}</a>;
}

function Card({ icon, title, hint, to }: { icon: Parameters<typeof Icon>[0]["of"]; title: string; hint?: string; to?: string }) {
  const inner = <><span class="sign"><Icon of={icon} size={18} /></span><span class="grow"><bdi class="title">{title}</bdi>{hint ? <bdi class="hint">{hint}</bdi> : null}</span></>;
  return to ? <a class="card-content" href={to} target="_blank" rel="noopener noreferrer nofollow">{inner}</a> : <div class="card-content">{inner}</div>;
}

type MediaContent = Extract<Content, { type: "image" | "audio" | "video" | "file" }>;

function Media({ content }: { content: MediaContent }) {
  const [broken, setBroken] = useState(false);
  const url = address(content.url);
  const label = content.name || t(`kind_${content.type}`);
  const caption = content.caption ? <Words text={content.caption} /> : null;
  const hint = [url ? "" : t("media_coming"), sized(content.size), content.mime].filter(Boolean).join(" · ");
  const fall = () => setBroken(true);
  const svg = /svg/i.test(content.mime);
  if (!url || broken || svg || content.type === "file") return <><Card icon={content.mime === "application/pdf" ? FileText : FileSign} title={label} hint={hint} {...(url ? { to: url } : {})} />{caption}</>;
  if (content.type === "audio") return <><audio controls preload="none" src={url} aria-label={label} onError={fall} />{caption}</>;
  if (content.type === "video") return <><video controls preload="metadata" src={url} aria-label={label} onError={fall} />{caption}</>;
  return <><Away to={url} label={label}><img class="picture" src={url} alt={content.caption || label} loading="lazy" referrerpolicy="no-referrer" onError={fall} /></Away>{caption}</>;
}

function Form({ content }: { content: Extract<Content, { type: "form" }> }) {
  return (
    <>
      <Words text={content.text} />
      <dl class="form">
        {content.fields.map((field) => {
          const value = content.values?.[field.key];
          return <Fragment key={field.key}><dt><bdi>{field.label}</bdi></dt><dd dir="auto">{value ?? field.options?.map((option) => option.label).join(" · ") ?? "—"}</dd></Fragment>;
        })}
      </dl>
    </>
  );
}

/** Only addresses of the web: never `javascript:`, `data:` and the like. */
export const address = (url: string | null | undefined) => (url && /^https?:\/\//i.test(url) ? url : null);

export function sized(bytes: number | null | undefined): string {
  if (bytes == null) return "";
  return bytes < 1000 ? `${bytes} B` : bytes < 1e6 ? `${(bytes / 1e3).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

