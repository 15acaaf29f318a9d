/** How many of one's own chats have something unread: for the rail and the page's title. */

import { signal } from "@preact/signals";

export const unread = signal(0);
