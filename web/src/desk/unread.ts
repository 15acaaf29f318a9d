/** What is unread, for the rail and the page's title: how many of one's own chats, and notes that mention one. */

import { signal } from "@preact/signals";

export const unread = signal(0);
export const mentions = signal(0);
