/** The field to answer: text, files, quick replies by `/`, notes with mentions by `@`, templates where only they may go. */

import { Clock3, Ear, Languages, LayoutTemplate, MessageSquareText, Paperclip, SendHorizontal, StickyNote, TriangleAlert, X, Zap } from "lucide";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import { sentence, upload, type Schema } from "../api/client";
import { tell } from "../api/socket";
import { keep, kept } from "../kept";
import { may } from "../session";
import { clock, language, languageName, written } from "../texts";
import { Button, IconButton } from "../ui/button";
import { Icon } from "../ui/icon";
import { Trouble } from "../ui/shown";
import { useDoing } from "../ui/use";
import { claim, takeOver } from "./acts";
import { around, invited, mine, waits, type Message, type Still } from "./book";
import { discard, send, unsent, type Chat, type Sendable, type Unsent } from "./chats";
import { sized } from "./content";
import { preview } from "./preview";
import { fill, matching, quickReplies, type QuickReply } from "./quick";
import { QuickReplies } from "./quick-dialog";
import { Templates } from "./templates";
import { t } from "./texts";
import { now } from "./time";
import { draft } from "./translation";

const LONGEST = 20_000;
const TYPES_EVERY = 3000; // ms between two "is typing"

type Mode = "reply" | "note" | "whisper";
type Props = { session: Still; chat: Chat; replyTo: Message | null; noReply: () => void; mending: Unsent | null; mended: () => void };
type Attached = { id: number; name: string; size: number; content: Sendable | null; trouble: string };

let attachments = 0;

export function Composer({ session, chat, replyTo, noReply, mending, mended }: Props) {
  const { id } = session;
  const area = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(kept(`draft.${id}`) ?? "");
  const isMine = mine(session);
  const supervises = may("supervisor");
  // Who looks over somebody's shoulder speaks to the agent first; answering the customer is a second thought.
  const [mode, setMode] = useState<Mode>(supervises && session.phase === "active" && !isMine ? "whisper" : "reply");
  const [files, setFiles] = useState<readonly Attached[]>([]);
  const [dragging, setDragging] = useState(false);
  const [refused, setRefused] = useState<Unsent["refused"] | null>(null);
  const [dialog, setDialog] = useState<"templates" | "quick" | null>(null);
  const [mentioned, setMentioned] = useState<ReadonlyMap<string, string>>(new Map());
  const [before, setBefore] = useState<Schema["Written"] | null>(null); // what was written before it was translated
  const translating = useDoing();
  const sent = useRef<string | null>(null);
  const typed = useRef(0);

  const until = chat.detail.value?.window?.until;
  const left = until ? Date.parse(until) - now.value : Infinity;
  const may_reply = session.phase === "active" && (isMine || supervises || invited(session));
  const shut = mode === "reply" && left <= 0;
  const usable = mode === "reply" ? may_reply && !shut : session.phase !== "closed";

  const hint = mode === "reply" && !isMine ? t("write_beside", { name: session.agent?.name ?? "" }) : t(`write_${mode}`);

  const suggest = useSuggestions(text, area, mode, session);

  const write = (value: string) => {
    setText(value);
    if (!value) setBefore(null);
    keep(`draft.${id}`, value || null);
    setRefused(null);
  };
  useLayoutEffect(() => {
    const field = area.current;
    if (!field) return;
    field.style.blockSize = "auto";
    field.style.blockSize = `${Math.min(field.scrollHeight + 2, 220)}px`;
  }, [text, mode, usable]);
  useEffect(() => {
    if (matchMedia("(min-width: 761px)").matches) area.current?.focus();
  }, [may_reply]);
  useEffect(() => {
    if (!mending) return;
    const { content } = mending;
    if (content.type === "text") write(content.text);
    setMode(mending.as === "template" ? "reply" : mending.as);
    mended();
    area.current?.focus();
  }, [mending]);
  useEffect(() => {
    if (replyTo) area.current?.focus();
  }, [replyTo]);
  // What was refused for a word comes back into the field, with the word marked, if nothing else was begun there.
  useEffect(() => {
    const back = unsent.value.find((one) => one.client_id === sent.current && one.refused);
    if (!back || text || back.content.type !== "text") return;
    discard(back.client_id);
    sent.current = null;
    write(back.content.text);
    setBefore(back.written ?? null);
    setRefused(back.refused ?? null);
    const at = back.refused?.word ? back.content.text.toLowerCase().indexOf(back.refused.word.toLowerCase()) : -1;
    requestAnimationFrame(() => {
      area.current?.focus();
      if (at >= 0) area.current?.setSelectionRange(at, at + (back.refused?.word?.length ?? 0));
    });
  }, [unsent.value]);

  const take = (found: Iterable<File>) => {
    for (const file of found) void attach(file, setFiles);
  };
  const submit = () => {
    if (!usable || files.some((file) => !file.content && !file.trouble)) return;
    const words = text.trim();
    const ready = mode === "reply" ? files.filter((file) => file.content) : [];
    if (!words && !ready.length) return;
    const answers = replyTo ? { reply_to: replyTo.id } : {};
    for (const [place, file] of ready.entries()) send({ session: id, as: "reply", content: file.content!, ...(place === 0 && !words ? answers : {}) });
    if (words) {
      const mentions = [...mentioned].filter(([, name]) => words.includes(`@${name}`)).map(([agent]) => agent);
      sent.current = send({ session: id, as: mode, content: { type: "text", text: words }, ...(mode === "reply" ? answers : {}), ...(mode === "reply" && before ? { written: before } : {}), ...(mode === "note" && mentions.length ? { mentions } : {}) });
    }
    write("");
    setFiles([]);
    setMentioned(new Map());
    noReply();
    area.current?.focus();
  };
  const translate = () => void translating.run(async () => {
    const made = await draft(id, text);
    setText(made.text);
    keep(`draft.${id}`, made.text);
    setBefore({ text, language: made.source ?? language.value });
    area.current?.focus();
  });
  const untranslate = () => {
    write(before!.text);
    setBefore(null);
  };
  const pick = (choice: Suggestion) => {
    const field = area.current!;
    const value = choice.put(session);
    const next = text.slice(0, suggest.start) + value + text.slice(field.selectionStart);
    write(next);
    if (choice.mentions) setMentioned(new Map(mentioned).set(choice.mentions.id, choice.mentions.name));
    suggest.close();
    const end = suggest.start + value.length;
    requestAnimationFrame(() => {
      field.focus();
      field.setSelectionRange(end, end);
    });
  };
  const keys = (event: KeyboardEvent) => {
    if (event.isComposing) return; // an input method: Enter chooses a word
    if (suggest.keys(event, pick)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      submit();
    } else if (event.key === "Escape" && replyTo) noReply();
  };
  const input = (value: string) => {
    write(value);
    if (mode === "reply" && value && Date.now() - typed.current > TYPES_EVERY) {
      typed.current = Date.now();
      tell({ type: "typing", session: id });
    }
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setDragging(false);
    if (usable && mode === "reply") take(event.dataTransfer?.files ?? []);
  };
  const paste = (event: ClipboardEvent) => {
    const found = [...(event.clipboardData?.files ?? [])];
    if (found.length && mode === "reply") {
      event.preventDefault();
      take(found);
    }
  };
  const modes: readonly Mode[] = supervises && !isMine ? ["reply", "note", "whisper"] : ["reply", "note"];
  if (session.phase === "closed") return <footer class="composer closed"><p class="faint">{t("closed_hint")}</p></footer>;
  return (
    <footer
      class={`composer ${mode}${dragging ? " dragging" : ""}`}
      onDragOver={(event) => { event.preventDefault(); setDragging(true); }}
      onDragLeave={(event) => !(event.currentTarget as Element).contains(event.relatedTarget as Node | null) && setDragging(false)}
      onDrop={drop}
    >
      <div class="row modes">
        <div class="row" role="group" aria-label={t("mode")}>
          {modes.map((one) => (
            <button key={one} type="button" class="mode" aria-pressed={mode === one} onClick={() => { setMode(one); area.current?.focus(); }}>
              <Icon of={one === "reply" ? MessageSquareText : one === "note" ? StickyNote : Ear} size={14} />{t(`mode_${one}`)}
            </button>
          ))}
        </div>
        <span class="grow" />
        {until ? <Window left={left} /> : null}
      </div>
      {replyTo ? <div class="replying"><span class="grow clip"><bdi class="who">{replyTo.author.name ?? t(`author_${replyTo.author.kind}`)}</bdi> <span dir="auto">{preview(replyTo.content)}</span></span><IconButton icon={X} small label={t("no_reply_to")} onClick={noReply} /></div> : null}
      {refused ? <Trouble of={refused.detail} /> : null}
      <Trouble of={translating.trouble} />
      {before ? <p class="before small"><span class="faint">{t("original")}: </span><span dir="auto">{before.text}</span></p> : null}
      {files.length ? <ul class="attached">{files.map((file) => <File key={file.id} file={file} gone={() => setFiles((all) => all.filter((one) => one.id !== file.id))} />)}</ul> : null}
      {!may_reply && mode === "reply" ? (
        <div class="claim-first row">
          <p class="grow">{t(waits(session) || session.phase === "bot" ? "claim_first" : "not_yours", { name: session.agent?.name ?? "" })}</p>
          {waits(session) || session.phase === "bot" ? <Button look="main" small onClick={() => void claim(id)}>{t("claim")}</Button> : supervises ? <Button small onClick={() => void takeOver(id)}>{t("take_over")}</Button> : null}
        </div>
      ) : shut ? (
        <div class="claim-first row"><Icon of={TriangleAlert} size={16} /><p class="grow">{t("window_shut")}</p><Button look="main" small icon={LayoutTemplate} onClick={() => setDialog("templates")}>{t("template")}</Button></div>
      ) : (
        <div class="field-row">
          <textarea
            ref={area} rows={1} class="input writing" dir={written(text)} maxLength={LONGEST} value={text} aria-label={hint} placeholder={hint}
            aria-invalid={Boolean(refused)} aria-autocomplete="list" aria-controls={suggest.open ? "suggestions" : undefined}
            aria-activedescendant={suggest.open ? `suggestion-${suggest.active}` : undefined}
            onInput={(event) => input(event.currentTarget.value)} onKeyDown={keys} onPaste={paste} onBlur={suggest.close}
          />
          {suggest.open ? <Suggestions suggest={suggest} pick={pick} /> : null}
        </div>
      )}
      {usable ? (
        <div class="row tools">
          {mode === "reply" ? (
            <>
              <input ref={picker} type="file" multiple hidden onChange={() => { take(picker.current!.files ?? []); picker.current!.value = ""; }} />
              <IconButton icon={Paperclip} small label={t("attach")} onClick={() => picker.current?.click()} />
              <IconButton icon={Zap} small label={t("quick_replies")} hotkey="/" onClick={() => setDialog("quick")} />
              {before ? <IconButton icon={Languages} small pressed label={t("untranslate")} onClick={untranslate} />
                : chat.detail.value?.translates ? <IconButton icon={Languages} small disabled={!text.trim() || translating.busy} label={t("translate_to", { language: languageName(session.language) })} onClick={translate} /> : null}
              {until ? <IconButton icon={LayoutTemplate} small label={t("template")} onClick={() => setDialog("templates")} /> : null}
            </>
          ) : <span class="faint small">{t(mode === "note" ? "note_hint" : "whisper_hint")}</span>}
          <span class="grow" />
          <span class="faint small wide-only"><kbd>Shift Enter</kbd> {t("new_line")}</span>
          <Button look="main" small icon={SendHorizontal} disabled={!text.trim() && !files.some((file) => file.content)} onClick={submit}>{t(mode === "reply" ? "send" : "add_note")}</Button>
        </div>
      ) : null}
      {dragging && usable ? <div class="drop-here" aria-hidden="true">{t("drop_here")}</div> : null}
      {dialog === "templates" ? <Templates session={session} onClose={() => setDialog(null)} /> : null}
      {dialog === "quick" ? <QuickReplies session={session} onClose={() => setDialog(null)} use={(value) => { write(text ? `${text} ${value}` : value); setDialog(null); requestAnimationFrame(() => area.current?.focus()); }} /> : null}
    </footer>
  );
}

/** The service window: how long free text may be sent. */
function Window({ left }: { left: number }) {
  const look = left <= 0 ? "bad" : left < 3_600_000 ? "warn" : "good";
  return <span class={`chip numeric ${look}`} role="timer" title={t("window_hint")}><Icon of={Clock3} size={12} />{left > 0 ? t("window_left", { time: clock(left) }) : t("window_over")}</span>;
}

async function attach(file: File, change: (how: (all: readonly Attached[]) => readonly Attached[]) => void): Promise<void> {
  const id = attachments++;
  const one: Attached = { id, name: file.name, size: file.size, content: null, trouble: "" };
  change((all) => [...all, one]);
  const done = (what: Partial<Attached>) => change((all) => all.map((each) => (each.id === id ? { ...each, ...what } : each)));
  try {
    done({ content: (await upload(file)) as Sendable });
  } catch (error) {
    done({ trouble: sentence(error) });
  }
}

function File({ file, gone }: { file: Attached; gone: () => void }) {
  return (
    <li class={file.trouble ? "bad" : ""}>
      {file.content || file.trouble ? <Icon of={file.trouble ? TriangleAlert : Paperclip} size={14} /> : <span class="spinner" aria-hidden="true" />}
      <bdi class="clip">{file.name}</bdi>
      <span class="faint small">{file.trouble || sized(file.size)}</span>
      <button type="button" class="button quiet small icon-only" aria-label={t("detach", { name: file.name })} onClick={gone}><Icon of={X} size={14} /></button>
    </li>
  );
}

// --- what is offered while one writes -----------------------------------------------------------------------------

type Suggestion = { key: string; title: string; hint: string; put: (session: Still) => string; mentions?: { id: string; name: string } };

type Suggesting = {
  open: boolean;
  start: number;
  active: number;
  items: readonly Suggestion[];
  close: () => void;
  keys: (event: KeyboardEvent, pick: (choice: Suggestion) => void) => boolean;
};

const MOST = 8;

function useSuggestions(text: string, area: { current: HTMLTextAreaElement | null }, mode: Mode, session: Still): Suggesting {
  const [found, setFound] = useState<{ start: number; items: readonly Suggestion[] } | null>(null);
  const [active, setActive] = useState(0);
  const dismissed = useRef("");
  const look = () => {
    const caret = area.current?.selectionStart ?? 0;
    const asked = (mode === "reply" ? /(?:^|\s)\/(\S{0,40})$/ : /(?:^|\s)@([^\s@]{0,40})$/).exec(text.slice(0, caret));
    if (!asked || dismissed.current === text) {
      setFound(null);
      return;
    }
    const start = caret - (asked[1]?.length ?? 0) - 1;
    const items = mode === "reply" ? quickSuggestions(asked[1] ?? "", session) : mentionSuggestions(asked[1] ?? "");
    setFound(items.length ? { start, items } : null);
    setActive(0);
  };
  useEffect(look, [text, mode, quickReplies.value]);
  const close = () => setFound(null);
  const keys = (event: KeyboardEvent, pick: (choice: Suggestion) => void): boolean => {
    if (!found) return false;
    const moved = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const chosen = found.items[active];
    if (moved) setActive((active + moved + found.items.length) % found.items.length);
    else if ((event.key === "Enter" || event.key === "Tab") && chosen) pick(chosen);
    else if (event.key === "Escape") {
      dismissed.current = text;
      setFound(null);
    } else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  };
  return { open: found !== null, start: found?.start ?? 0, active, items: found?.items ?? [], close, keys };
}

function quickSuggestions(begun: string, session: Still): Suggestion[] {
  return matching(quickReplies.value, begun).slice(0, MOST).map((reply: QuickReply) => ({
    key: reply.id,
    title: `/${reply.shortcut}`,
    hint: fill(reply, session),
    put: (chat: Still) => fill(reply, chat),
  }));
}

function mentionSuggestions(begun: string): Suggestion[] {
  const wanted = begun.toLowerCase();
  return around.value.agents.filter((agent) => agent.name.toLowerCase().includes(wanted)).slice(0, MOST).map((agent) => ({
    key: agent.id,
    title: agent.name,
    hint: "",
    put: () => `@${agent.name} `,
    mentions: { id: agent.id, name: agent.name },
  }));
}

function Suggestions({ suggest, pick }: { suggest: Suggesting; pick: (choice: Suggestion) => void }) {
  return (
    <ul class="menu suggestions" id="suggestions" role="listbox" aria-label={t("suggestions")}>
      {suggest.items.map((item, place) => (
        <li key={item.key} id={`suggestion-${place}`} role="option" class="item" aria-selected={place === suggest.active} onMouseDown={(event) => { event.preventDefault(); pick(item); }}>
          <bdi class="title-mono">{item.title}</bdi><span class="soft clip grow" dir="auto">{item.hint}</span>
        </li>
      ))}
    </ul>
  );
}

