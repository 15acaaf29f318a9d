/** One message's content, whatever its kind. Everything is text to the framework: nothing a stranger writes is markup. */

import { Fragment } from "preact";
import { useState } from "preact/hooks";

import { Clip, Pin } from "./icons";
import { say, type Texts } from "./texts";
import type { Content, Field, Option } from "./wire";

export type Answering = {
  texts: Texts;
  /** None where the question is no longer open. */
  answer: ((content: Content) => void) | null;
};

export function Body({ content, texts, answer }: { content: Content } & Answering) {
  switch (content.type) {
    case "text":
      return <Words text={content.text} />;
    case "image":
    case "audio":
    case "video":
    case "file":
      return <Media content={content} texts={texts} />;
    case "location": {
      const { latitude, longitude } = content;
      const place = [content.title, content.address].filter(Boolean).join(", ") || texts.location;
      return (
        <Away to={`https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`}>
          <Pin /> {place}
        </Away>
      );
    }
    case "sticker":
      return web(content.url) ? <img class="sticker" src={content.url} alt={content.text ?? texts.image} /> : <Words text={content.text ?? "🙂"} />;
    case "contact":
      return <Words text={[content.name, ...(content.phones ?? [])].join("\n")} />;
    case "choice":
      return (
        <>
          <Words text={content.text} />
          <Options options={content.options} answer={answer} />
        </>
      );
    case "chosen":
      return <Words text={content.label} />;
    case "form":
      return content.values ? <Words text={Object.values(content.values).join("\n")} /> : <Form content={content} texts={texts} answer={answer} />;
    default:
      return <em>{say(texts.unsupported, { kind: content.type === "unsupported" ? content.kind : "?" })}</em>;
  }
}

/** Text with its addresses made links. */
function Words({ text }: { text: string }) {
  const parts = text.split(/(https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]}。、,])/);
  return (
    <p dir="auto">
      {parts.map((part, place) => (place % 2 ? <Away key={place} to={part}>{part}</Away> : <Fragment key={place}>{part}</Fragment>))}
    </p>
  );
}

function Away({ to, children }: { to: string; children: preact.ComponentChildren }) {
  return (
    <a href={to} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  );
}

function Media({ content, texts }: { content: Extract<Content, { type: "image" | "audio" | "video" | "file" }>; texts: Texts }) {
  const [broken, setBroken] = useState(false);
  const label = content.name ?? texts[content.type];
  const url = web(content.url);
  const caption = content.caption ? <Words text={content.caption} /> : null;
  if (!url) return <><p><Clip /> {label}</p>{caption}</>;
  const picture = content.type === "image" && !broken;
  return (
    <>
      <Away to={url}>
        {picture ? <img src={url} alt={content.caption ?? label} onError={() => setBroken(true)} /> : <span class="file"><Clip /> <bdi>{label}</bdi> {size(content.size)}</span>}
      </Away>
      {caption}
    </>
  );
}

/** Only addresses of the web: never `javascript:`, `data:` and the like. */
const web = (url: string | undefined) => (url && /^https?:\/\//i.test(url) ? url : null);

const size = (bytes: number | undefined) => (bytes ? `(${(bytes / 1e6).toFixed(bytes < 1e5 ? 2 : 1)} MB)` : "");

function Options({ options, answer, row = false }: { options: Option[]; answer: Answering["answer"]; row?: boolean }) {
  return (
    <div class={row ? "options row" : "options"} role="group">
      {options.map(({ id, label }) => (
        <button key={id} type="button" class="option" disabled={!answer} onClick={() => answer?.({ type: "chosen", id, label })}>
          <bdi>{label}</bdi>
        </button>
      ))}
    </div>
  );
}

function Form({ content, texts, answer }: { content: Extract<Content, { type: "form" }> } & Answering) {
  const [only] = content.fields;
  // A single question with ready answers is answered by one press, the rating of a chat foremost.
  if (only?.options?.length && content.fields.length === 1) {
    return (
      <>
        <Words text={content.text || only.label} />
        <Options options={only.options} answer={answer} row={only.kind === "nps"} />
      </>
    );
  }
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    const values = Object.fromEntries([...data].filter(([, value]) => value !== "").map(([key, value]) => [key, String(value)]));
    if (Object.keys(values).length) answer?.({ type: "form", text: "", fields: [], values });
  };
  return (
    <form onSubmit={submit}>
      <Words text={content.text} />
      <fieldset disabled={!answer}>
        {content.fields.map((field) => (
          <label key={field.key}>
            <span dir="auto">
              {field.label} {field.required ? <small>({texts.required})</small> : null}
            </span>
            <Input field={field} texts={texts} />
          </label>
        ))}
        <button class="option" type="submit">{texts.submit}</button>
      </fieldset>
    </form>
  );
}

const SCALES: Partial<Record<NonNullable<Field["kind"]>, string[]>> = {
  stars: ["1", "2", "3", "4", "5"],
  nps: Array.from({ length: 11 }, (_, score) => String(score)),
};
const SIGNS: Partial<Record<NonNullable<Field["kind"]>, Option[]>> = {
  thumbs: [{ id: "1", label: "👍" }, { id: "0", label: "👎" }],
};

function Input({ field, texts }: { field: Field; texts: Texts }) {
  const kind = field.kind ?? "text";
  const options = field.options?.length ? field.options : (SIGNS[kind] ?? SCALES[kind]?.map((id) => ({ id, label: kind === "stars" ? "★".repeat(Number(id)) : id })));
  const common = { name: field.key, required: field.required ?? false };
  const limits = { step: "any", maxLength: 4000, dir: "auto" as const };
  if (options) {
    return (
      <select {...common}>
        <option value="">{texts.choose}</option>
        {options.map(({ id, label }) => <option key={id} value={id}>{label}</option>)}
      </select>
    );
  }
  if (kind === "number") return <input {...common} {...limits} type="number" />;
  if (kind === "date") return <input {...common} {...limits} type="date" />;
  if (kind === "phone") return <input {...common} {...limits} type="tel" autoComplete="tel" dir="ltr" />;
  if (kind === "email") return <input {...common} {...limits} type="email" autoComplete="email" dir="ltr" />;
  return <input {...common} {...limits} type="text" />;
}
