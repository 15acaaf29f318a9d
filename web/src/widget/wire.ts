/** What goes over the socket: the customer's view of their own chat. */

export type Option = { id: string; label: string };

export type Field = {
  key: string;
  label: string;
  kind?: "text" | "number" | "date" | "choice" | "phone" | "email" | "file" | "consent" | "stars" | "nps" | "thumbs";
  required?: boolean;
  options?: Option[];
  many?: boolean;
  /** Asked only if the first field was answered with one of these. */
  when?: string[];
};

type Media = { url?: string; mime?: string; size?: number; name?: string; caption?: string; duration?: number };

export type Content =
  | { type: "text"; text: string }
  | ({ type: "image" | "audio" | "video" | "file" } & Media)
  | { type: "location"; latitude: number; longitude: number; title?: string; address?: string }
  | { type: "sticker"; url?: string; text?: string }
  | { type: "contact"; name: string; phones?: string[] }
  | { type: "choice"; text: string; options: Option[] }
  | { type: "chosen"; id: string; label: string }
  | { type: "form"; text: string; fields: Field[]; values?: Record<string, string> }
  | { type: "unsupported"; kind: string };

export type State = "queued" | "sent" | "delivered" | "read" | "failed";

export type Message = {
  id: string;
  seq: number;
  author: { kind: "customer" | "agent" | "bot" | "system"; name?: string };
  content: Content;
  at: string;
  state?: State;
  edited_at?: string;
  recalled?: boolean;
  reply_to?: number;
  client_id?: string;
};

/** `rating` is the kind of survey that waits for an answer, `form` whether another form does; `offers` can be sent. */
export type Session = {
  id: string;
  number: number;
  phase: "bot" | "queued" | "unassigned" | "active" | "closed";
  agent: string | null;
  language: string;
  last_seq: number;
  rating: string | null;
  form: boolean;
  offers: Option[];
};

export type Frame =
  | { type: "ready"; session?: Session | null }
  | { type: "reload" }
  | {
      type: "session.opened" | "session.updated" | "session.closed" | "message.created" | "message.updated";
      cursor: string;
      session: Session;
      message?: Message;
    }
  /** An agent saw what the visitor wrote, up to `seq`. */
  | { type: "session.read"; cursor: string; session: string; seq: number }
  /** Without a message: it was not kept, the visitor is blocked. */
  | { type: "ack"; client_id: string; message: Message | null }
  | { type: "typing"; by: "agent" | "bot"; name: string | null }
  /** Where the visitor stands in the queue, from 1; the wait is null where none was measured yet. */
  | { type: "queue"; session: string; position: number; wait_seconds: number | null }
  /** Said to the visitor outside any chat. */
  | { type: "notice"; text: string }
  | { type: "error"; code: string; detail: string; client_id?: string; retry_after?: number };

/** What the visitor says; kept under its `client_id` until it is acknowledged. */
export type Said = { client_id: string; content: Content; reply_to?: number; at: number };
