/** One message's content, whatever its kind. Everything is text to the framework: nothing a stranger writes is markup. */

import { Fragment, h } from "preact";
import { useEffect, useState } from "preact/hooks";

import { Clip, Pin } from "./icons";
import { say, type Texts } from "./texts";
import type { Content, Option } from "./wire";

export type Answering = {
  texts: Texts;
  /** None where the question is no longer open. */
  answer: ((content: Content) => void) | null;
  /** Where more script comes from, and files go to. */
  server: string;
  upload: (file: File) => Promise<string | null>;
};

export function Body({ content, ...asked }: { content: Content } & Answering) {
  const { texts, answer } = asked;
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
      return content.values ? <Words text={answers(content)} /> : <Form content={content} {...asked} />;
    default:
      return <em>{say(texts.unsupported, { kind: content.type === "unsupported" ? content.kind : "?" })}</em>;
  }
}

/** What was answered, in the words of the options where there were any. */
function answers({ fields, values }: Extract<Content, { type: "form" }>): string {
  const labels = new Map(fields.flatMap((field) => (field.options ?? []).map(({ id, label }) => [id, label])));
  return Object.values(values ?? {}).flatMap((said) => said.split("\n")).map((said) => labels.get(said) ?? said).join("\n");
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

type Whole = ReturnType<(typeof import("./form"))["default"]>;
let whole: Promise<Whole> | null = null;

/** A single question with ready answers is answered by one press, the rating of a chat foremost; others are fetched. */
function Form({ content, texts, answer, server, upload }: { content: Extract<Content, { type: "form" }> } & Answering) {
  const [only] = content.fields;
  const [Fetched, setFetched] = useState<Whole | null>(null);
  const press = content.fields.length === 1 && !only?.many ? only?.options : undefined;
  useEffect(() => {
    if (press?.length) return;
    whole ??= import(/* @vite-ignore */ `${server}/widget-form.js`).then((form: typeof import("./form")) => form.default(h, useState));
    whole.then((found) => setFetched(() => found), () => (whole = null));
  }, []);
  if (press?.length) {
    return (
      <>
        <Words text={content.text || only!.label} />
        <Options options={press} answer={answer} row={only!.kind === "nps"} />
      </>
    );
  }
  return Fetched ? <Fetched content={content} texts={texts} answer={answer} upload={upload} /> : <Words text={content.text} />;
}
