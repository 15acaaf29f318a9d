/** Customers: found by name, number, mail or phone; each with what is known and every chat there was. */

import "../inbox/inbox.css";
import "./customers.css";

import { ArrowLeft, Crown, UsersRound } from "lucide";
import { useEffect, useState } from "preact/hooks";

import { api, ok, type Schema } from "../api/client";
import { ChatLinks, CustomerCard } from "../inbox/details";
import { t } from "../inbox/texts";
import { addressOf } from "../screens";
import { languageName, say, written } from "../texts";
import { Button } from "../ui/button";
import { Icon } from "../ui/icon";
import { Avatar, Empty, Trouble, Waits } from "../ui/shown";
import { Table } from "../ui/table";
import { useDoing, useLoaded } from "../ui/use";

type Customer = Schema["CustomerView"];
const PAGE = 50;
const ASK_AFTER = 250; // ms without a key

export function Customers({ params }: { params: Readonly<Record<string, string>> }) {
  const id = params["customer"];
  return id ? <One key={id} id={id} /> : <All />;
}

function All() {
  const [text, setText] = useState("");
  const [q, setQ] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setQ(text.trim()), ASK_AFTER);
    return () => clearTimeout(timer);
  }, [text]);
  const ask = (after?: string) => ok(api.GET("/api/v1/inbox/customers", { params: { query: { limit: PAGE, ...(q ? { q } : {}), ...(after ? { after } : {}) } } }));
  const found = useLoaded(`customers ${q}`, () => ask());
  const doing = useDoing();
  const page = found.value;
  const more = () => void doing.run(async () => {
    const next = await ask(page!.next!);
    found.set({ items: [...page!.items, ...next.items], next: next.next });
  });
  return (
    <div class="page">
      <header><h1 class="grow">{say("screen_customers")}</h1><input class="input finder" type="search" dir={written(text)} aria-label={say("search")} placeholder={say("search")} value={text} onInput={(event) => setText(event.currentTarget.value)} /></header>
      <Trouble of={found.trouble ?? doing.trouble} again={found.again} />
      {!page ? (found.trouble ? null : <Waits />) : page.items.length ? (
        <Table label={say("screen_customers")}>
            <thead><tr><th scope="col">{t("customer")}</th><th scope="col">{t("fact_partner_id")}</th><th scope="col">{t("fact_email")}</th><th scope="col">{t("fact_phone")}</th><th scope="col">{t("language")}</th></tr></thead>
            <tbody>{page.items.map((one) => <Row key={one.id} customer={one} />)}</tbody>
        </Table>
      ) : <Empty icon={UsersRound} title={t("nothing_found")} />}
      {page?.next ? <div class="row"><Button busy={doing.busy} onClick={more}>{say("more")}</Button></div> : null}
    </div>
  );
}

function Row({ customer }: { customer: Customer }) {
  const name = customer.name ?? t("nobody");
  return (
    <tr>
      <td><a class="customer-link" href={addressOf("customer", { customer: customer.id })}><Avatar name={name} id={customer.id} picture={customer.avatar} size="s" /><bdi>{name}</bdi>{customer.vip ? <span class="chip warn"><Icon of={Crown} size={12} />{t("vip")}</span> : null}</a></td>
      <td><bdi>{customer.partner_id ?? "—"}</bdi></td>
      <td><bdi>{customer.email ?? "—"}</bdi></td>
      <td><bdi>{customer.phone ?? "—"}</bdi></td>
      <td>{customer.language ? languageName(customer.language) : "—"}</td>
    </tr>
  );
}

function One({ id }: { id: string }) {
  const chats = useLoaded(id, () => ok(api.GET("/api/v1/inbox/sessions", { params: { query: { customer: id, limit: 200 } } })));
  return (
    <div class="page narrow">
      <header><a class="button quiet" href={addressOf("customers")}><Icon of={ArrowLeft} turns />{say("screen_customers")}</a><h1 class="unseen">{t("customer")}</h1></header>
      <div class="card"><CustomerCard id={id} name={null} /></div>
      <section class="card stack" aria-labelledby="chats-title">
        <h2 id="chats-title">{t("chats")}</h2>
        <Trouble of={chats.trouble} again={chats.again} />
        {chats.value ? chats.value.items.length ? <ChatLinks sessions={chats.value.items} /> : <p class="faint">{t("nothing_found")}</p> : null}
      </section>
    </div>
  );
}
