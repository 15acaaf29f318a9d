/** Where colleagues mentioned one: the note, the chat it stands in, and the way there. */

import "./mentions.css";

import { AtSign, CheckCheck, Ear } from "lucide";
import { useEffect, useState } from "preact/hooks";

import { api, ok, type Schema } from "../api/client";
import { listen } from "../api/socket";
import { channelSign } from "../inbox/list";
import { preview } from "../inbox/preview";
import { t } from "../inbox/texts";
import { addressOf } from "../screens";
import { fullTime, say, shortTime } from "../texts";
import { mentions } from "../unread";
import { Button } from "../ui/button";
import { Icon } from "../ui/icon";
import { Avatar, Empty, Trouble, Waits } from "../ui/shown";
import { useDoing, useLoaded } from "../ui/use";
import { read } from "./news";

type Mention = Schema["MentionView"];

const PAGE = 50;

export function Mentions() {
  const [unread, setUnread] = useState(false);
  const ask = (after?: string) => ok(api.GET("/api/v1/inbox/mentions", { params: { query: { limit: PAGE, unread, ...(after ? { after } : {}) } } }));
  const found = useLoaded(String(unread), () => ask());
  const doing = useDoing();
  useEffect(() => listen((frame) => {
    if (frame.type === "reload" || (frame.type === "message.created" && frame.message.content.type === "note")) found.again();
  }), [found.again]);
  const page = found.value;
  const more = () => void doing.run(async () => {
    const next = await ask(page!.next!);
    found.set({ ...next, items: [...page!.items, ...next.items] });
  });
  const readAll = () => void doing.run(async () => {
    await read();
    found.again();
  });
  return (
    <div class="page narrow">
      <header>
        <h1 class="grow">{say("screen_mentions")}</h1>
        <div class="row" role="group" aria-label={t("filters")}>
          <Button pressed={!unread} look="quiet" small onClick={() => setUnread(false)}>{t("view_all")}</Button>
          <Button pressed={unread} look="quiet" small onClick={() => setUnread(true)}>{t("only_unread")}</Button>
        </div>
        <Button icon={CheckCheck} small busy={doing.busy} disabled={!mentions.value} onClick={readAll}>{t("read_all")}</Button>
      </header>
      <Trouble of={found.trouble ?? doing.trouble} again={found.again} />
      {!page ? (found.trouble ? null : <Waits />) : page.items.length ? (
        <ul class="mentions">{page.items.map((one) => <One key={one.message.id} mention={one} />)}</ul>
      ) : <Empty icon={AtSign} title={t(unread ? "mentions_all_read" : "mentions_none")}><p>{t("mentions_hint")}</p></Empty>}
      {page?.next ? <div class="row"><Button busy={doing.busy} onClick={more}>{say("more")}</Button></div> : null}
    </div>
  );
}

function One({ mention }: { mention: Mention }) {
  const { message, session } = mention;
  const { author, content } = message;
  const name = session.customer.name ?? t("nobody");
  return (
    <li class={mention.unread ? "new" : ""}>
      <a href={`${addressOf("chat", { session: session.id })}?note=${message.seq}`}>
        <Avatar name={author.name ?? ""} id={author.id ?? ""} />
        <span class="what grow">
          <span class="row"><span class="clip grow title"><bdi>{t("mentioned", { name: author.name ?? "" })}</bdi></span><time class="faint small numeric" dateTime={mention.at} title={fullTime(mention.at)}>{shortTime(mention.at)}</time></span>
          <span class="words" dir="auto">{message.recalled ? t("recalled") : content.type === "note" ? content.text : preview(content)}</span>
          <span class="row wraps">
            {content.type === "note" && content.whisper ? <span class="chip note"><Icon of={Ear} size={12} />{t("whisper")}</span> : null}
            <span class="chip clip"><Icon of={channelSign(session.channel.kind)} size={12} /><bdi>{name}</bdi></span>
            <span class="faint small">#{session.number}</span>
            {mention.unread ? <span class="unseen">{t("only_unread")}</span> : null}
          </span>
        </span>
      </a>
    </li>
  );
}
