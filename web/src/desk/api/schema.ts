/** Made by `make types` from the OpenAPI document the server answers with; not to be edited. */

export interface components {
  schemas: {
    Absence: {
      chats?: "close" | "keep" | "move";
      grace_seconds?: number;
    };
    AgentIn: {
      name: string;
      email: string;
      password: string;
      role: "admin" | "agent" | "owner" | "supervisor";
      capacity?: number;
      languages?: string[];
    };
    AgentPatch: {
      name?: string;
      email?: string;
      password?: string;
      role?: "admin" | "agent" | "owner" | "supervisor";
      capacity?: number;
      languages?: string[];
    };
    AgentView: {
      id: string;
      name: string;
      email: string;
      role: "admin" | "agent" | "owner" | "supervisor";
      capacity: number;
      languages: string[];
      groups: string[];
      created_at: string;
    };
    All: {
      if: "all";
      of: (components["schemas"]["All"] | components["schemas"]["Any"] | components["schemas"]["Not"] | components["schemas"]["Speaks"] | components["schemas"]["Vip"] | components["schemas"]["VipLevel"] | components["schemas"]["Tagged"] | components["schemas"]["Param"] | components["schemas"]["core.condition.Field"] | components["schemas"]["Rated"] | components["schemas"]["Returning"] | components["schemas"]["OnChannel"] | components["schemas"]["FromAddress"] | components["schemas"]["FromCountry"] | components["schemas"]["LandedOn"] | components["schemas"]["Hours"] | components["schemas"]["Time"] | components["schemas"]["Wrote"])[];
    };
    Alternative: {
      id: string;
      label: { [key: string]: string };
    };
    AlwaysOn: {
      target?: "all" | "online";
      pending_seconds?: number | null;
    };
    Any: {
      if: "any";
      of: (components["schemas"]["All"] | components["schemas"]["Any"] | components["schemas"]["Not"] | components["schemas"]["Speaks"] | components["schemas"]["Vip"] | components["schemas"]["VipLevel"] | components["schemas"]["Tagged"] | components["schemas"]["Param"] | components["schemas"]["core.condition.Field"] | components["schemas"]["Rated"] | components["schemas"]["Returning"] | components["schemas"]["OnChannel"] | components["schemas"]["FromAddress"] | components["schemas"]["FromCountry"] | components["schemas"]["LandedOn"] | components["schemas"]["Hours"] | components["schemas"]["Time"] | components["schemas"]["Wrote"])[];
    };
    AreaView: {
      area: string;
      title: string;
      about: string;
      levels: ("all" | "channel" | "group")[];
      defaults: { [key: string]: unknown };
      schema: { [key: string]: unknown };
    };
    AroundView: {
      agents: components["schemas"]["ColleagueView"][];
      groups: components["schemas"]["Ref"][];
      channels: components["schemas"]["ChannelRef"][];
    };
    AssignBody: {
      agent?: string | null;
      group?: string | null;
    };
    Assignment: {
      method?: "idle" | "language" | "least" | "round_robin" | "saturation" | "weighted";
      familiar_first?: boolean;
      weights?: { [key: string]: number };
      overflow?: components["schemas"]["Level"][];
      offline_message_seconds?: number | null;
      last_agent_seconds?: number | null;
      transfer?: "accept" | "approve" | "direct";
      transfer_seconds?: number;
      queue?: components["schemas"]["Queue"];
      agent_silent?: components["schemas"]["Silence"];
      agent_offline?: components["schemas"]["Absence"];
      take_over_beyond?: boolean;
    };
    AudioIn: {
      type: "audio";
      url: string;
      mime?: string;
      size?: number | null;
      name?: string | null;
      caption?: string | null;
      duration?: number | null;
    };
    AudioView: {
      type: "audio";
      url: string | null;
      mime: string;
      size: number | null;
      name?: string | null;
      caption?: string | null;
      duration?: number | null;
    };
    AuditQuery: {
      /** How many items; more than 500 is taken as 500. */
      limit?: number;
      after?: string | null;
      who?: string | null;
      what?: "agents" | "bots" | "channels" | "groups" | "segments" | "settings" | null;
      id?: string | null;
      area?: string | null;
      since?: string | null;
      until?: string | null;
    };
    Author: {
      kind: "agent" | "bot" | "customer" | "system";
      id?: string | null;
      name?: string | null;
    };
    BlockBody: {
      duration?: "day" | "forever" | "off";
    };
    BlockedView: {
      blocked: boolean;
      until: string | null;
    };
    BotIn: {
      name: string;
      kind: "faq" | "rasa" | "webhook";
      settings?: { [key: string]: unknown };
      handover?: components["schemas"]["Handover"];
      while_queued?: "answers" | "quiet";
      /** Seconds for an answer; after that people are called. */
      wait_seconds?: number;
      idle_seconds?: number | null;
    };
    BotPatch: {
      name?: string;
      settings?: { [key: string]: unknown };
      handover?: components["schemas"]["Handover"];
      while_queued?: "answers" | "quiet";
      /** Seconds for an answer; after that people are called. */
      wait_seconds?: number;
      idle_seconds?: number | null;
    };
    BotView: {
      id: string;
      name: string;
      kind: "faq" | "rasa" | "webhook";
      settings: { [key: string]: unknown };
      handover: components["schemas"]["Handover"];
      while_queued: "answers" | "quiet";
      wait_seconds: number;
      idle_seconds: number | null;
      reply_url: string;
      users: components["schemas"]["UseView"][];
      created_at: string;
    };
    Caller: {
      id: string;
      name: string;
      role: "admin" | "agent" | "owner" | "supervisor";
    };
    Capabilities: {
      text_limit: number;
      text_unit?: "chars" | "utf16";
      inbound: string[];
      outbound: string[];
      options?: number;
      option_label?: number;
      choice_text?: number;
      media?: { [key: string]: components["schemas"]["MediaLimit"] };
      batch?: number;
      reply_token_seconds?: number;
      window_seconds?: number;
      statuses?: ("delivered" | "failed" | "queued" | "read" | "sent")[];
      typing?: boolean;
      read_marks?: boolean;
      recall?: boolean;
      templates?: boolean;
      quotes?: boolean;
      confirms_by_status_seconds?: number;
      redelivers_seconds?: number;
      rate?: components["schemas"]["Rate"];
      rate_per_address?: components["schemas"]["Rate"] | null;
    };
    ChangeAt: {
      at: string;
      open: boolean;
    };
    ChangeView: {
      at: string;
      who: components["schemas"]["Ref"];
      what: "agents" | "bots" | "channels" | "groups" | "segments" | "settings";
      id: string | null;
      name: string | null;
      level: "all" | "channel" | "group" | null;
      area: string | null;
      document: string;
      version: number;
    };
    ChannelIn: {
      kind: string;
      name: string;
      language?: string;
      group?: string | null;
      signature?: "enforce" | "report-only";
      settings?: { [key: string]: unknown };
    };
    ChannelPatch: {
      name?: string;
      language?: string;
      group?: string | null;
      signature?: "enforce" | "report-only";
      settings?: { [key: string]: unknown };
    };
    ChannelRef: {
      id: string;
      kind: string;
      name: string;
    };
    ChannelView: {
      id: string;
      kind: string;
      name: string;
      language: string;
      group: string | null;
      signature: "enforce" | "report-only";
      settings: { [key: string]: unknown };
      webhook_url: string;
      health: components["schemas"]["HealthView"];
      created_at: string;
    };
    Choice: {
      type: "choice";
      text: string;
      options: components["schemas"]["Option"][];
    };
    ChoiceIn: {
      type: "choice";
      text: string;
      options: components["schemas"]["OptionIn"][];
    };
    Chosen: {
      type: "chosen";
      id: string;
      label: string;
    };
    CloseBody: {
      reason?: string;
    };
    ClosedView: {
      by: "agent" | "customer" | "system";
      reason: string;
      at: string;
    };
    Closing: {
      customer_idle_seconds?: number | null;
      customer_reminder_seconds?: number | null;
      agent_idle_seconds?: number | null;
      summary?: components["schemas"]["Summaries"];
      after_close?: ("leave_message" | "rate" | "restart")[];
      ask_after_close?: boolean;
      prompts?: { [key: string]: components["schemas"]["Override"] };
    };
    ColleagueBody: {
      agent: string;
    };
    ColleagueView: {
      id: string;
      name: string;
      role: "admin" | "agent" | "owner" | "supervisor";
      status: "busy" | "offline" | "online";
      reason: string | null;
      capacity: number;
      load: number;
      groups: string[];
    };
    Contact: {
      type: "contact";
      name: string;
      phones?: string[];
    };
    ContactIn: {
      type: "contact";
      name: string;
      phones?: string[];
    };
    CsvIn: {
      csv: string;
      mode?: "merge" | "replace";
    };
    CsvView: {
      csv: string;
    };
    CustomerBlockBody: {
      duration?: "day" | "forever" | "off";
    };
    CustomerRef: {
      id: string;
      name: string | null;
      language: string | null;
    };
    CustomerView: {
      id: string;
      name: string | null;
      language: string | null;
      avatar: string | null;
      phone: string | null;
      email: string | null;
      partner_id: string | null;
      timezone: string | null;
      vip: boolean;
      tags: string[];
      params: { [key: string]: string };
      nickname: string | null;
      vip_level: number;
      fields: { [key: string]: string };
      verified: boolean;
      saved: boolean;
    };
    Customers: {
      auto_save?: boolean;
      trust_page?: boolean;
      fields?: string[] | null;
    };
    CustomersQuery: {
      /** How many items; more than 500 is taken as 500. */
      limit?: number;
      after?: string | null;
      partner_id?: string | null;
      q?: string | null;
    };
    DeliveriesQuery: {
      /** How many items; more than 500 is taken as 500. */
      limit?: number;
      after?: string | null;
      state?: "delivered" | "parked" | "waiting" | null;
    };
    DeliveryView: {
      id: string;
      type: string;
      at: string;
      state: "delivered" | "parked" | "waiting";
      attempts: number;
      next_at: string | null;
      done_at: string | null;
      status: number | null;
      reason: string | null;
      took: number | null;
      session: string | null;
      erased: boolean;
    };
    Difference: {
      path: string;
      before?: { [key: string]: unknown } | unknown[] | string | number | boolean | null;
      after?: { [key: string]: unknown } | unknown[] | string | number | boolean | null;
      added?: unknown[];
      added_count?: number;
      removed?: unknown[];
      removed_count?: number;
    };
    DifferenceView: {
      session: string;
      number: number;
      at: string;
      was: string;
      would: string;
      why: string;
    };
    ErasingView: {
      state: "erasing";
    };
    ExportView: {
      exported_at: string;
      customer: components["schemas"]["CustomerView"];
      places: components["schemas"]["inbox.customers.PlaceView"][];
      chats: components["schemas"]["ExportedChat"][];
    };
    ExportedChat: {
      session: components["schemas"]["SessionView"];
      messages: components["schemas"]["MessageView"][];
    };
    FailureView: {
      code: string;
      reason: string;
    };
    FieldError: {
      field: string;
      message: string;
      word?: string | null;
    };
    FileIn: {
      type: "file";
      url: string;
      mime?: string;
      size?: number | null;
      name?: string | null;
      caption?: string | null;
      duration?: number | null;
    };
    FileView: {
      type: "file";
      url: string | null;
      mime: string;
      size: number | null;
      name?: string | null;
      caption?: string | null;
      duration?: number | null;
    };
    FloorView: {
      at: string;
      agents: components["schemas"]["ColleagueView"][];
      sessions: components["schemas"]["TallyView"][];
      waiting: number;
      queue: components["schemas"]["QueuedView"][];
    };
    Form: {
      type: "form";
      text: string;
      fields: components["schemas"]["core.message.Field"][];
      values?: { [key: string]: string } | null;
    };
    FormView: {
      form: string;
      title: string;
      about: string;
      guide?: string[];
      schema: { [key: string]: unknown };
    };
    FormsQuery: {
      language?: string;
    };
    FromAddress: {
      if: "ip";
      in: string[];
    };
    FromCountry: {
      if: "country";
      is: string[];
    };
    GoalView: {
      goal: "first_response" | "next_response" | "resolution";
      due: string;
      breached: boolean;
    };
    GroupIn: {
      name: string;
      agents?: string[];
      method?: "idle" | "language" | "least" | "round_robin" | "saturation" | "weighted" | null;
    };
    GroupPatch: {
      name?: string;
      agents?: string[];
      method?: "idle" | "language" | "least" | "round_robin" | "saturation" | "weighted" | null;
    };
    GroupView: {
      id: string;
      name: string;
      agents: string[];
      method: "idle" | "language" | "least" | "round_robin" | "saturation" | "weighted" | null;
      created_at: string;
    };
    Handover: {
      words?: { [key: string]: string[] };
      button?: boolean;
      after_unknown?: number | null;
      on_repeat?: boolean;
      on_dislike?: boolean;
      keywords?: components["schemas"]["Keyword"][];
    };
    HealthView: {
      ok: boolean | null;
      reason: string | null;
      facts: { [key: string]: string };
      at: string | null;
    };
    HitView: {
      list: string;
      word: string;
      action: string;
    };
    HitsQuery: {
      /** How many items; more than 500 is taken as 500. */
      limit?: number;
      after?: string | null;
      side?: "agent" | "bot" | "customer" | null;
      action?: "alert" | "block" | "consent" | "mask" | "replace" | "warn" | null;
      list?: string | null;
      channel?: string | null;
      group?: string | null;
      today?: boolean;
    };
    Holiday: {
      date: string;
      name?: string;
      hours?: components["schemas"]["Span"][];
    };
    Hours: {
      if: "hours";
      open?: boolean;
      group?: string | null;
    };
    HoursIn: {
      channel?: string | null;
      group?: string | null;
      settings?: { [key: string]: unknown } | null;
    };
    HoursTried: {
      at: string;
      zone: string;
      open: boolean;
      changes: components["schemas"]["ChangeAt"][];
    };
    ImageIn: {
      type: "image";
      url: string;
      mime?: string;
      size?: number | null;
      name?: string | null;
      caption?: string | null;
      duration?: number | null;
    };
    ImageView: {
      type: "image";
      url: string | null;
      mime: string;
      size: number | null;
      name?: string | null;
      caption?: string | null;
      duration?: number | null;
    };
    KeptSecret: {
      set?: boolean;
      sealed?: string | null;
    };
    Keyword: {
      words: string[];
      group?: string | null;
      agent?: string | null;
    };
    KindView: {
      kind: string;
      title: string;
      capabilities: components["schemas"]["Capabilities"];
      settings: components["schemas"]["admin.kinds.FieldView"][];
    };
    LandedOn: {
      if: "page";
      starts?: string[];
      contains?: string[];
    };
    Languages: {
      detect?: boolean;
      sure?: number;
      picker?: "always" | "never" | "unsure";
      offered?: string[];
      translate?: boolean;
      translate_to?: string;
    };
    LaterIn: {
      messages?: (components["schemas"]["TextIn"] | components["schemas"]["ImageIn"] | components["schemas"]["AudioIn"] | components["schemas"]["VideoIn"] | components["schemas"]["FileIn"] | components["schemas"]["LocationIn"] | components["schemas"]["StickerIn"] | components["schemas"]["ContactIn"] | components["schemas"]["ChoiceIn"] | components["schemas"]["TemplateIn"])[];
      suggestions?: components["schemas"]["OptionIn"][];
      unknown?: boolean;
      helpful?: boolean;
      handover?: components["schemas"]["WishIn"] | null;
      end?: boolean;
      client_id: string;
    };
    Level: {
      group?: string | null;
      agent?: string | null;
      when?: "all_busy" | "any" | "nobody_online" | "off_duty";
    };
    LinkBody: {
      partner_id: string;
    };
    Listing_AgentView_: {
      items: components["schemas"]["AgentView"][];
      next: string | null;
    };
    Listing_AreaView_: {
      items: components["schemas"]["AreaView"][];
      next: string | null;
    };
    Listing_BotView_: {
      items: components["schemas"]["BotView"][];
      next: string | null;
    };
    Listing_ChangeView_: {
      items: components["schemas"]["ChangeView"][];
      next: string | null;
    };
    Listing_ChannelView_: {
      items: components["schemas"]["ChannelView"][];
      next: string | null;
    };
    Listing_CustomerView_: {
      items: components["schemas"]["CustomerView"][];
      next: string | null;
    };
    Listing_DeliveryView_: {
      items: components["schemas"]["DeliveryView"][];
      next: string | null;
    };
    Listing_FormView_: {
      items: components["schemas"]["FormView"][];
      next: string | null;
    };
    Listing_GroupView_: {
      items: components["schemas"]["GroupView"][];
      next: string | null;
    };
    Listing_KindView_: {
      items: components["schemas"]["KindView"][];
      next: string | null;
    };
    Listing_MessageView_: {
      items: components["schemas"]["MessageView"][];
      next: string | null;
    };
    Listing_QuickReplyView_: {
      items: components["schemas"]["QuickReplyView"][];
      next: string | null;
    };
    Listing_RawView_: {
      items: components["schemas"]["RawView"][];
      next: string | null;
    };
    Listing_RevisionView_: {
      items: components["schemas"]["RevisionView"][];
      next: string | null;
    };
    Listing_SegmentView_: {
      items: components["schemas"]["SegmentView"][];
      next: string | null;
    };
    Listing_SessionView_: {
      items: components["schemas"]["SessionView"][];
      next: string | null;
    };
    Listing_SubmissionView_: {
      items: components["schemas"]["SubmissionView"][];
      next: string | null;
    };
    Listing_TemplateInfo_: {
      items: components["schemas"]["TemplateInfo"][];
      next: string | null;
    };
    Listing_TypeView_: {
      items: components["schemas"]["TypeView"][];
      next: string | null;
    };
    Listing_WebhookView_: {
      items: components["schemas"]["WebhookView"][];
      next: string | null;
    };
    Listing_WordHitView_: {
      items: components["schemas"]["WordHitView"][];
      next: string | null;
    };
    Location: {
      type: "location";
      latitude: number;
      longitude: number;
      title?: string | null;
      address?: string | null;
    };
    LocationIn: {
      type: "location";
      latitude: number;
      longitude: number;
      title?: string | null;
      address?: string | null;
    };
    LockBody: {
      on?: boolean;
    };
    Login: {
      email: string;
      password: string;
      totp?: string | null;
    };
    MeView: {
      id: string;
      name: string;
      role: "admin" | "agent" | "owner" | "supervisor";
      status: "busy" | "offline" | "online";
      reason: string | null;
      capacity: number;
      load: number;
      languages: string[];
      groups: components["schemas"]["Ref"][];
    };
    MediaLimit: {
      mimes: string[];
      max_bytes: number;
      max_caption?: number;
    };
    MentionView: {
      at: string;
      unread: boolean;
      session: components["schemas"]["SessionView"];
      message: components["schemas"]["MessageView"];
    };
    MentionsQuery: {
      /** How many items; more than 500 is taken as 500. */
      limit?: number;
      after?: string | null;
      unread?: boolean;
    };
    MentionsReadBody: {
      session?: string | null;
    };
    MentionsView: {
      items: components["schemas"]["MentionView"][];
      next: string | null;
      unread: number;
    };
    MergeBody: {
      other: string;
    };
    MessageBody: {
      /** Repeating it repeats the first answer. */
      client_id: string;
      content: components["schemas"]["TextIn"] | components["schemas"]["ImageIn"] | components["schemas"]["AudioIn"] | components["schemas"]["VideoIn"] | components["schemas"]["FileIn"] | components["schemas"]["LocationIn"] | components["schemas"]["StickerIn"] | components["schemas"]["ContactIn"] | components["schemas"]["ChoiceIn"] | components["schemas"]["TemplateIn"];
      reply_to?: string | null;
      written?: components["schemas"]["Written"] | null;
    };
    MessageTried: {
      now: components["schemas"]["RouteView"];
      changed: components["schemas"]["RouteView"];
      differs: boolean;
    };
    MessageView: {
      id: string;
      seq: number;
      author: components["schemas"]["Author"];
      content: components["schemas"]["Text"] | components["schemas"]["ImageView"] | components["schemas"]["AudioView"] | components["schemas"]["VideoView"] | components["schemas"]["FileView"] | components["schemas"]["Location"] | components["schemas"]["Sticker"] | components["schemas"]["Contact"] | components["schemas"]["Choice"] | components["schemas"]["Chosen"] | components["schemas"]["Reaction"] | components["schemas"]["Form"] | components["schemas"]["Template"] | components["schemas"]["Note"] | components["schemas"]["Summary"] | components["schemas"]["Unsupported"];
      at: string;
      state: "delivered" | "failed" | "queued" | "read" | "sent" | null;
      late?: boolean;
      edited_at?: string | null;
      recalled?: boolean;
      reply_to?: number | null;
      client_id?: string | null;
      error?: components["schemas"]["FailureView"] | null;
      maybe_twice?: boolean;
      hits?: string[];
      original?: components["schemas"]["Text"] | components["schemas"]["ImageView"] | components["schemas"]["AudioView"] | components["schemas"]["VideoView"] | components["schemas"]["FileView"] | components["schemas"]["Location"] | components["schemas"]["Sticker"] | components["schemas"]["Contact"] | components["schemas"]["Choice"] | components["schemas"]["Chosen"] | components["schemas"]["Reaction"] | components["schemas"]["Form"] | components["schemas"]["Template"] | components["schemas"]["Note"] | components["schemas"]["Summary"] | components["schemas"]["Unsupported"] | null;
      translation?: components["schemas"]["Translation"] | null;
    };
    MessagesQuery: {
      limit?: number;
      after?: number;
    };
    Not: {
      if: "not";
      of: components["schemas"]["All"] | components["schemas"]["Any"] | components["schemas"]["Not"] | components["schemas"]["Speaks"] | components["schemas"]["Vip"] | components["schemas"]["VipLevel"] | components["schemas"]["Tagged"] | components["schemas"]["Param"] | components["schemas"]["core.condition.Field"] | components["schemas"]["Rated"] | components["schemas"]["Returning"] | components["schemas"]["OnChannel"] | components["schemas"]["FromAddress"] | components["schemas"]["FromCountry"] | components["schemas"]["LandedOn"] | components["schemas"]["Hours"] | components["schemas"]["Time"] | components["schemas"]["Wrote"];
    };
    Note: {
      type: "note";
      text: string;
      mentions?: string[];
      whisper?: boolean;
    };
    NoteBody: {
      text: string;
      client_id?: string | null;
      mentions?: string[];
    };
    OfferView: {
      kind: "accept" | "approve";
      by: components["schemas"]["Ref"];
      agent: components["schemas"]["Ref"] | null;
      group: components["schemas"]["Ref"] | null;
      expires_at: string;
    };
    OfflineBody: {
      /** Repeating it repeats the first answer. */
      client_id: string;
      content: components["schemas"]["TextIn"] | components["schemas"]["ImageIn"] | components["schemas"]["AudioIn"] | components["schemas"]["VideoIn"] | components["schemas"]["FileIn"] | components["schemas"]["LocationIn"] | components["schemas"]["StickerIn"] | components["schemas"]["ContactIn"] | components["schemas"]["ChoiceIn"] | components["schemas"]["TemplateIn"];
    };
    OnChannel: {
      if: "channel";
      is: string[];
    };
    Opening: {
      zone?: string;
      week?: { [key: string]: components["schemas"]["Span"][] } | null;
      holidays?: components["schemas"]["Holiday"][];
    };
    Option: {
      id: string;
      label: string;
    };
    OptionIn: {
      id: string;
      label: string;
    };
    Override: {
      on?: boolean | null;
      text?: { [key: string]: string };
    };
    Param: {
      if: "param";
      name: string;
      is?: string[];
      contains?: string[];
      from?: number | null;
      to?: number | null;
    };
    Prechat: {
      on?: boolean;
      intro?: { [key: string]: string };
      consent?: { [key: string]: string };
      questions?: components["schemas"]["Question"][];
      give_up_seconds?: number;
    };
    PreviewIn: {
      key: string;
      language: string;
      channel: string;
      group?: string | null;
      text?: string | null;
      values?: { [key: string]: string | number };
    };
    PreviewView: {
      on: boolean;
      language: string;
      direction: string;
      text: string;
      length: number;
      parts: (components["schemas"]["Text"] | components["schemas"]["ImageView"] | components["schemas"]["AudioView"] | components["schemas"]["VideoView"] | components["schemas"]["FileView"] | components["schemas"]["Location"] | components["schemas"]["Sticker"] | components["schemas"]["Contact"] | components["schemas"]["Choice"] | components["schemas"]["Chosen"] | components["schemas"]["Reaction"] | components["schemas"]["Form"] | components["schemas"]["Template"] | components["schemas"]["Note"] | components["schemas"]["Summary"] | components["schemas"]["Unsupported"])[];
    };
    Problem: {
      title: string;
      status: number;
      detail?: string | null;
      code?: string | null;
      errors?: components["schemas"]["FieldError"][];
      who?: string | null;
      id?: string | null;
    };
    Promise: {
      name: string;
      on?: boolean;
      when?: components["schemas"]["All"] | components["schemas"]["Any"] | components["schemas"]["Not"] | components["schemas"]["Speaks"] | components["schemas"]["Vip"] | components["schemas"]["VipLevel"] | components["schemas"]["Tagged"] | components["schemas"]["Param"] | components["schemas"]["core.condition.Field"] | components["schemas"]["Rated"] | components["schemas"]["Returning"] | components["schemas"]["OnChannel"] | components["schemas"]["FromAddress"] | components["schemas"]["FromCountry"] | components["schemas"]["LandedOn"] | components["schemas"]["Hours"] | components["schemas"]["Time"] | components["schemas"]["Wrote"] | null;
      clock?: "calendar" | "open";
      first_response_seconds?: number | null;
      next_response_seconds?: number | null;
      resolution_seconds?: number | null;
      remind_before_seconds?: number[];
      remind_after_seconds?: number[];
    };
    Prompts: {
      prompts?: { [key: string]: components["schemas"]["Override"] };
    };
    QuarterView: {
      at: string;
      arrived: number;
      answered: number;
      abandoned: number;
      waiting: number;
      active: number;
    };
    Question: {
      key: string;
      label: { [key: string]: string };
      kind?: "choice" | "consent" | "date" | "email" | "file" | "number" | "phone" | "text";
      required?: boolean;
      options?: components["schemas"]["Alternative"][];
      country?: string | null;
    };
    Queue: {
      limit?: number | null;
      reminder_seconds?: number | null;
      answer_seconds?: number | null;
    };
    QueuedView: {
      id: string;
      group: components["schemas"]["Ref"] | null;
      channel: components["schemas"]["ChannelRef"];
      since: string;
      priority: number;
      session: components["schemas"]["SessionView"] | null;
    };
    QuickReplyIn: {
      /** What follows the `/`: no spaces. */
      shortcut: string;
      /** By language; `{customer}` and `{agent}` stand for their names. */
      texts: { [key: string]: string };
      title?: string;
      shared?: boolean;
    };
    QuickReplyPatch: {
      /** What follows the `/`: no spaces. */
      shortcut?: string;
      /** By language; `{customer}` and `{agent}` stand for their names. */
      texts?: { [key: string]: string };
      title?: string;
    };
    QuickReplyView: {
      id: string;
      shortcut: string;
      title: string;
      texts: { [key: string]: string };
      shared: boolean;
    };
    Rate: {
      per_second: number;
      burst: number;
    };
    Rated: {
      if: "rated";
      kind?: "nps" | "stars" | "thumbs" | null;
      from?: number;
      to?: number;
    };
    RatingView: {
      kind: "nps" | "stars" | "thumbs";
      score: number;
      tags: string[];
      comment: string | null;
      solved: boolean | null;
      at: string;
    };
    RawView: {
      at: string;
      why: string;
      size: number;
      body: string;
    };
    RawsQuery: {
      limit?: number;
    };
    Reaction: {
      type: "reaction";
      emoji: string;
      to?: string | null;
    };
    RecallBody: {
      message: string;
    };
    Reception: {
      mode?: "always_on" | "real_time";
      always_on?: components["schemas"]["AlwaysOn"];
      service?: "bot_first" | "bot_only" | "people_first" | "people_only";
      bot?: string | null;
      deferred?: boolean;
      repeat?: { [key: string]: "always" | "customer" | "session" };
      prechat?: components["schemas"]["Prechat"];
      schemes?: components["schemas"]["Scheme"][];
    };
    Ref: {
      id: string;
      name: string;
    };
    ReplayIn: {
      delivery?: string | null;
    };
    ReplayTried: {
      chats: number;
      more: boolean;
      replayed: number;
      differing: number;
      differences: components["schemas"]["DifferenceView"][];
      not_replayed: number;
      reasons: { [key: string]: number };
    };
    ReplayView: {
      replayed: number;
    };
    ReplyIn: {
      messages?: (components["schemas"]["TextIn"] | components["schemas"]["ImageIn"] | components["schemas"]["AudioIn"] | components["schemas"]["VideoIn"] | components["schemas"]["FileIn"] | components["schemas"]["LocationIn"] | components["schemas"]["StickerIn"] | components["schemas"]["ContactIn"] | components["schemas"]["ChoiceIn"] | components["schemas"]["TemplateIn"])[];
      suggestions?: components["schemas"]["OptionIn"][];
      unknown?: boolean;
      helpful?: boolean;
      handover?: components["schemas"]["WishIn"] | null;
      end?: boolean;
    };
    Retention: {
      message_days?: number | null;
      file_days?: number | null;
      session_days?: number | null;
      customer_days?: number | null;
      submission_days?: number | null;
      hit_days?: number | null;
      audit_days?: number | null;
      webhook_days?: number;
      raw_days?: number;
    };
    Returning: {
      if: "returning";
      is?: boolean;
    };
    RevisionView: {
      version: number;
      at: string;
      who: components["schemas"]["Ref"];
      diff: components["schemas"]["Difference"][];
    };
    RiskView: {
      at: string;
      missed: number;
      soon: number;
      items: components["schemas"]["RiskyView"][];
    };
    RiskyView: {
      session: components["schemas"]["SessionView"];
      policy: string;
      goal: components["schemas"]["GoalView"];
    };
    RouteView: {
      step: string;
      text: string;
      lines: string[];
      prefer: components["schemas"]["Ref"][];
      places: components["schemas"]["admin.trying.PlaceView"][];
      agent: components["schemas"]["Ref"] | null;
    };
    Routing: {
      triggers?: components["schemas"]["Rule"][];
      rules?: components["schemas"]["Rule"][];
      ip_header?: string | null;
      country_header?: string | null;
    };
    Rule: {
      name: string;
      to: components["schemas"]["Target"];
      when?: components["schemas"]["All"] | components["schemas"]["Any"] | components["schemas"]["Not"] | components["schemas"]["Speaks"] | components["schemas"]["Vip"] | components["schemas"]["VipLevel"] | components["schemas"]["Tagged"] | components["schemas"]["Param"] | components["schemas"]["core.condition.Field"] | components["schemas"]["Rated"] | components["schemas"]["Returning"] | components["schemas"]["OnChannel"] | components["schemas"]["FromAddress"] | components["schemas"]["FromCountry"] | components["schemas"]["LandedOn"] | components["schemas"]["Hours"] | components["schemas"]["Time"] | components["schemas"]["Wrote"] | null;
      on?: boolean;
    };
    SaidView: {
      message: components["schemas"]["MessageView"] | null;
    };
    Scheme: {
      name: string;
      segment: string;
      service?: "bot_first" | "bot_only" | "people_first" | "people_only" | null;
      bot?: string | null;
      deferred?: boolean | null;
      prechat?: boolean | null;
      prompts?: { [key: string]: components["schemas"]["Override"] };
    };
    Score: {
      text?: { [key: string]: string };
      tags?: components["schemas"]["Tag"][] | null;
      tags_required?: boolean | null;
      comment?: "off" | "optional" | "required" | null;
    };
    SegmentIn: {
      name: string;
      condition: components["schemas"]["All"] | components["schemas"]["Any"] | components["schemas"]["Not"] | components["schemas"]["Speaks"] | components["schemas"]["Vip"] | components["schemas"]["VipLevel"] | components["schemas"]["Tagged"] | components["schemas"]["Param"] | components["schemas"]["core.condition.Field"] | components["schemas"]["Rated"] | components["schemas"]["Returning"] | components["schemas"]["OnChannel"] | components["schemas"]["FromAddress"] | components["schemas"]["FromCountry"] | components["schemas"]["LandedOn"] | components["schemas"]["Hours"] | components["schemas"]["Time"] | components["schemas"]["Wrote"];
    };
    SegmentPatch: {
      name?: string;
      condition?: components["schemas"]["All"] | components["schemas"]["Any"] | components["schemas"]["Not"] | components["schemas"]["Speaks"] | components["schemas"]["Vip"] | components["schemas"]["VipLevel"] | components["schemas"]["Tagged"] | components["schemas"]["Param"] | components["schemas"]["core.condition.Field"] | components["schemas"]["Rated"] | components["schemas"]["Returning"] | components["schemas"]["OnChannel"] | components["schemas"]["FromAddress"] | components["schemas"]["FromCountry"] | components["schemas"]["LandedOn"] | components["schemas"]["Hours"] | components["schemas"]["Time"] | components["schemas"]["Wrote"];
    };
    SegmentView: {
      id: string;
      name: string;
      condition: components["schemas"]["All"] | components["schemas"]["Any"] | components["schemas"]["Not"] | components["schemas"]["Speaks"] | components["schemas"]["Vip"] | components["schemas"]["VipLevel"] | components["schemas"]["Tagged"] | components["schemas"]["Param"] | components["schemas"]["core.condition.Field"] | components["schemas"]["Rated"] | components["schemas"]["Returning"] | components["schemas"]["OnChannel"] | components["schemas"]["FromAddress"] | components["schemas"]["FromCountry"] | components["schemas"]["LandedOn"] | components["schemas"]["Hours"] | components["schemas"]["Time"] | components["schemas"]["Wrote"];
      users: components["schemas"]["UseView"][];
      created_at: string;
    };
    SessionDetail: {
      id: string;
      number: number;
      channel: components["schemas"]["ChannelRef"];
      customer: components["schemas"]["CustomerRef"];
      phase: "active" | "bot" | "closed" | "queued" | "unassigned";
      agent: components["schemas"]["Ref"] | null;
      group: components["schemas"]["Ref"] | null;
      language: string;
      opened_at: string;
      last_seq: number;
      last_message: components["schemas"]["MessageView"] | null;
      last_said: components["schemas"]["MessageView"] | null;
      unread: number;
      tags: string[];
      locked: boolean;
      waits_since: string | null;
      sla: components["schemas"]["SlaView"] | null;
      guests: components["schemas"]["Ref"][];
      offer: components["schemas"]["OfferView"] | null;
      trace: components["schemas"]["TraceView"][];
      rating: components["schemas"]["RatingView"] | null;
      closed: components["schemas"]["ClosedView"] | null;
      window: components["schemas"]["WindowView"] | null;
      summary: components["schemas"]["SummaryView"] | null;
      summary_form: components["schemas"]["Summaries"];
      translates: boolean;
    };
    SessionRef: {
      id: string;
      number: number;
    };
    SessionView: {
      id: string;
      number: number;
      channel: components["schemas"]["ChannelRef"];
      customer: components["schemas"]["CustomerRef"];
      phase: "active" | "bot" | "closed" | "queued" | "unassigned";
      agent: components["schemas"]["Ref"] | null;
      group: components["schemas"]["Ref"] | null;
      language: string;
      opened_at: string;
      last_seq: number;
      last_message: components["schemas"]["MessageView"] | null;
      last_said: components["schemas"]["MessageView"] | null;
      unread: number;
      tags: string[];
      locked: boolean;
      waits_since: string | null;
      sla: components["schemas"]["SlaView"] | null;
      guests: components["schemas"]["Ref"][];
      offer: components["schemas"]["OfferView"] | null;
    };
    SessionsQuery: {
      /** How many items; more than 500 is taken as 500. */
      limit?: number;
      after?: string | null;
      phase?: "active" | "bot" | "closed" | "queued" | "unassigned" | null;
      mine?: boolean;
      starred?: boolean;
      agent?: string | null;
      customer?: string | null;
      tag?: string | null;
      channel?: string | null;
      group?: string | null;
      q?: string | null;
    };
    SignedInView: {
      token: string;
      expires_at: string;
      agent: components["schemas"]["Caller"];
    };
    Silence: {
      reminder_seconds?: number | null;
      transfer_seconds?: number | null;
    };
    Sla: {
      policies?: components["schemas"]["Promise"][];
    };
    SlaView: {
      policy: string;
      goals: components["schemas"]["GoalView"][];
    };
    Span: {
      from: string;
      to: string;
    };
    Speaks: {
      if: "language";
      is: string[];
    };
    StarBody: {
      on?: boolean;
    };
    StarsView: {
      sessions: string[];
    };
    StateBody: {
      state: "new" | "open" | "solved";
    };
    StatusBody: {
      status: "busy" | "offline" | "online";
      reason?: string | null;
    };
    Sticker: {
      type: "sticker";
      provider_ref: string;
      url?: string | null;
      text?: string | null;
    };
    StickerIn: {
      type: "sticker";
      provider_ref: string;
      url?: string | null;
      text?: string | null;
    };
    SubmissionAssignBody: {
      agent?: string | null;
      group?: string | null;
    };
    SubmissionDetail: {
      id: string;
      number: number;
      kind: "message" | "ticket";
      state: "new" | "open" | "solved";
      reason: "asked" | "nobody_online" | "out_of_hours" | "queue_full";
      channel: components["schemas"]["ChannelRef"];
      customer: components["schemas"]["CustomerRef"];
      group: components["schemas"]["Ref"] | null;
      agent: components["schemas"]["Ref"] | null;
      language: string;
      at: string;
      changed_at: string;
      unfinished: boolean;
      fields: components["schemas"]["inbox.submissions.FieldView"][];
      chat: components["schemas"]["MessageView"][];
      thread: components["schemas"]["MessageView"][];
    };
    SubmissionMessageBody: {
      /** Repeating it repeats the first answer. */
      client_id: string;
      content: components["schemas"]["TextIn"] | components["schemas"]["ImageIn"] | components["schemas"]["AudioIn"] | components["schemas"]["VideoIn"] | components["schemas"]["FileIn"] | components["schemas"]["LocationIn"] | components["schemas"]["StickerIn"] | components["schemas"]["ContactIn"] | components["schemas"]["ChoiceIn"] | components["schemas"]["TemplateIn"];
    };
    SubmissionView: {
      id: string;
      number: number;
      kind: "message" | "ticket";
      state: "new" | "open" | "solved";
      reason: "asked" | "nobody_online" | "out_of_hours" | "queue_full";
      channel: components["schemas"]["ChannelRef"];
      customer: components["schemas"]["CustomerRef"];
      group: components["schemas"]["Ref"] | null;
      agent: components["schemas"]["Ref"] | null;
      language: string;
      at: string;
      changed_at: string;
      unfinished: boolean;
      fields: components["schemas"]["inbox.submissions.FieldView"][];
    };
    Submissions: {
      on?: boolean;
      kind?: "message" | "ticket";
      offer?: ("asked" | "nobody_online" | "out_of_hours" | "queue_full")[];
      words?: { [key: string]: string[] };
      fields?: components["schemas"]["Question"][];
      abandon_seconds?: number;
      reply_seconds?: number;
    };
    SubmissionsQuery: {
      /** How many items; more than 500 is taken as 500. */
      limit?: number;
      after?: string | null;
      state?: "new" | "open" | "solved" | null;
      kind?: "message" | "ticket" | null;
      mine?: boolean;
      agent?: string | null;
      channel?: string | null;
      group?: string | null;
      q?: string | null;
    };
    Subscription: {
      /** a-z, 0-9, - and _, at most 40 */
      name: string;
      url: string;
      secret: string | components["schemas"]["KeptSecret"];
      types: string[];
      on?: boolean;
    };
    Summaries: {
      required?: boolean;
      types?: string[];
      type?: "off" | "optional" | "required";
      solved?: "off" | "optional" | "required";
      note?: "off" | "optional" | "required";
      fields?: components["schemas"]["Question"][];
    };
    Summary: {
      type: "summary";
      types?: string[];
      solved?: boolean | null;
      note?: string | null;
      fields?: { [key: string]: string };
    };
    SummaryBody: {
      types?: string[];
      solved?: boolean | null;
      note?: string | null;
      fields?: { [key: string]: string };
    };
    SummaryView: {
      by: components["schemas"]["Ref"];
      at: string;
      types: string[];
      solved: boolean | null;
      note: string | null;
      fields: { [key: string]: string };
    };
    Surveys: {
      on?: boolean;
      kind?: "nps" | "stars" | "thumbs";
      ask_on_close?: boolean;
      scores?: { [key: string]: components["schemas"]["Score"] };
      tags?: components["schemas"]["Tag"][];
      tags_required?: boolean;
      comment?: boolean | "off" | "optional" | "required";
      solved?: "off" | "optional" | "required";
      expires_seconds?: number;
      invitations?: number;
      rest_seconds?: number;
      customer_may_ask?: boolean;
      visible_to_agent?: boolean;
      alert_at_most?: number | null;
    };
    Tag: {
      name: string;
      text?: { [key: string]: string };
    };
    Tagged: {
      if: "tags";
      any?: string[];
      all?: string[];
    };
    TagsBody: {
      add?: string[];
      remove?: string[];
    };
    TalliesView: {
      items: components["schemas"]["TallyView"][];
    };
    TallyView: {
      phase: "active" | "bot" | "closed" | "queued" | "unassigned";
      channel: string;
      group: string | null;
      agent: string | null;
      count: number;
    };
    Target: {
      group?: string | null;
      agent?: string | null;
      must?: boolean;
    };
    Template: {
      type: "template";
      name: string;
      language?: string;
      variables?: string[];
      text?: string | null;
    };
    TemplateBody: {
      /** Repeating it repeats the first answer. */
      client_id: string;
      name: string;
      language?: string;
      variables?: string[];
      text?: string | null;
    };
    TemplateIn: {
      type: "template";
      name: string;
      language?: string;
      variables?: string[];
      text?: string | null;
    };
    TemplateInfo: {
      name: string;
      language: string;
      text: string;
      variables?: number;
    };
    TemplateView: {
      name: string;
      language: string;
      text: string;
      variables: number;
    };
    Templates: {
      items: components["schemas"]["TemplateView"][];
    };
    TestView: {
      delivered: boolean;
      status: number | null;
      reason: string | null;
      took: number;
    };
    Text: {
      type: "text";
      text: string;
    };
    TextIn: {
      type: "text";
      text: string;
    };
    Time: {
      if: "time";
      zone: string;
      days?: ("fri" | "mon" | "sat" | "sun" | "thu" | "tue" | "wed")[];
      from?: string;
      to?: string;
    };
    TodayQuery: {
      channel?: string | null;
      group?: string | null;
    };
    TodayView: {
      at: string;
      since: string;
      zone: string;
      arrived: number;
      answered: number;
      abandoned: number;
      quarters: components["schemas"]["QuarterView"][];
    };
    TraceView: {
      at: string;
      step: string;
      text: string;
    };
    TransferBody: {
      agent?: string | null;
      group?: string | null;
      note?: string | null;
    };
    TranslateBody: {
      text: string;
      to?: string | null;
    };
    Translation: {
      text: string;
      language: string;
      source?: string | null;
    };
    TranslationView: {
      text: string;
      language: string;
      source: string | null;
    };
    Tried: {
      message?: components["schemas"]["MessageTried"] | null;
      replay?: components["schemas"]["ReplayTried"] | null;
    };
    TriedHit: {
      list: string;
      word: string;
      action: string;
      start: number;
      end: number;
      found: string;
    };
    TryBody: {
      settings?: { [key: string]: unknown } | null;
      channel?: string | null;
      group?: string | null;
      message?: components["schemas"]["TryMessage"] | null;
      days?: number | null;
    };
    TryMessage: {
      channel: string;
      text?: string;
      language?: string | null;
      vip?: boolean;
      vip_level?: number | null;
      tags?: string[];
      params?: { [key: string]: string };
      fields?: { [key: string]: string };
      ip?: string | null;
      country?: string | null;
      page?: string | null;
      agent?: string | null;
      group?: string | null;
      must?: boolean;
      picked?: string | null;
      returning?: boolean;
      at?: number | null;
    };
    TypeView: {
      type: string;
      meaning: string;
    };
    UndoIn: {
      version: number;
    };
    Unsupported: {
      type: "unsupported";
      kind: string;
    };
    UploadQuery: {
      name?: string | null;
    };
    UseView: {
      level: "all" | "channel" | "group";
      id: string | null;
      name: string | null;
      area: string;
      field: string;
    };
    VideoIn: {
      type: "video";
      url: string;
      mime?: string;
      size?: number | null;
      name?: string | null;
      caption?: string | null;
      duration?: number | null;
    };
    VideoView: {
      type: "video";
      url: string | null;
      mime: string;
      size: number | null;
      name?: string | null;
      caption?: string | null;
      duration?: number | null;
    };
    Vip: {
      if: "vip";
      is?: boolean;
    };
    VipLevel: {
      if: "vip_level";
      from?: number;
      to?: number;
    };
    WebhookView: {
      id: string;
      level: "all" | "channel" | "group";
      of: string | null;
      name: string;
      url: string;
      types: string[];
      on: boolean;
      waiting: number;
      parked: number;
      failures: number;
      paused_at: string | null;
      probe_at: string | null;
      reason: string | null;
    };
    Webhooks: {
      subscriptions?: components["schemas"]["Subscription"][];
    };
    WhisperBody: {
      text: string;
      client_id?: string | null;
    };
    Window: {
      /** How many items; more than 500 is taken as 500. */
      limit?: number;
      after?: string | null;
    };
    WindowView: {
      until: string;
    };
    WishIn: {
      group?: string | null;
      agent?: string | null;
      note?: string | null;
    };
    WordHitView: {
      at: string;
      side: "agent" | "bot" | "customer";
      channel: components["schemas"]["ChannelRef"];
      session: components["schemas"]["SessionRef"];
      message: string | null;
      agent: components["schemas"]["Ref"] | null;
      hits: components["schemas"]["HitView"][];
    };
    WordList: {
      name: string;
      side: "agent" | "bot" | "customer";
      action: "alert" | "block" | "consent" | "mask" | "replace" | "warn";
      words?: string[];
      except?: string[];
      language?: string | null;
      on?: boolean;
      anywhere?: boolean | null;
      patterns?: string[];
      find?: ("card" | "email" | "iban" | "phone")[];
      text?: { [key: string]: string };
    };
    Words: {
      lists?: components["schemas"]["WordList"][];
    };
    Written: {
      text: string;
      language: string;
    };
    Wrote: {
      if: "text";
      contains: string[];
    };
    "admin.bots.TryIn": {
      text: string;
      language?: string;
    };
    "admin.bots.TryView": {
      ok: boolean;
      milliseconds: number;
      reason: string | null;
      reply: components["schemas"]["ReplyIn"] | null;
    };
    "admin.kinds.FieldView": {
      name: string;
      secret: boolean;
      required: boolean;
      schema: { [key: string]: unknown };
    };
    "admin.trying.PlaceView": {
      group: components["schemas"]["Ref"] | null;
      agent: components["schemas"]["Ref"] | null;
      when: "all_busy" | "any" | "nobody_online" | "off_duty";
    };
    "admin.words.TryIn": {
      text: string;
      side?: "agent" | "bot" | "customer";
      channel?: string | null;
      group?: string | null;
      lists?: components["schemas"]["WordList"][] | null;
    };
    "admin.words.TryView": {
      action: string;
      text: string;
      hits: components["schemas"]["TriedHit"][];
    };
    "core.condition.Field": {
      if: "field";
      name: string;
      is?: string[];
      contains?: string[];
      from?: number | null;
      to?: number | null;
    };
    "core.message.Field": {
      key: string;
      label: string;
      kind?: "choice" | "consent" | "date" | "email" | "file" | "nps" | "number" | "phone" | "stars" | "text" | "thumbs";
      required?: boolean;
      options?: components["schemas"]["Option"][];
      many?: boolean;
      when?: string[];
    };
    "inbox.customers.PlaceView": {
      channel: components["schemas"]["ChannelRef"];
      address: string;
    };
    "inbox.submissions.FieldView": {
      key: string;
      label: string;
      value: string | null;
      url?: string | null;
    };
  };
}

export interface paths {
  "/api/openapi.json": {
    get: {
      parameters: {  };
      responses: {
        200: { content: { "application/json": { [key: string]: unknown } }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/agents": {
    get: {
      parameters: { query?: { limit?: number; after?: string | null }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["Listing_AgentView_"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
    post: {
      parameters: {  };
      requestBody: { content: { "application/json": components["schemas"]["AgentIn"] }; };
      responses: {
        201: { content: { "application/json": components["schemas"]["AgentView"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/agents/{id}": {
    get: {
      parameters: { path: { id: string }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["AgentView"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
    patch: {
      parameters: { path: { id: string }; header?: { "If-Match"?: string }; };
      requestBody: { content: { "application/json": components["schemas"]["AgentPatch"] }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["AgentView"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        409: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        412: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
    delete: {
      parameters: { path: { id: string }; };
      responses: {
        204: { content?: never; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        409: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/audit": {
    get: {
      parameters: { query?: { limit?: number; after?: string | null; who?: string | null; what?: "agents" | "bots" | "channels" | "groups" | "segments" | "settings" | null; id?: string | null; area?: string | null; since?: string | null; until?: string | null }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["Listing_ChangeView_"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/audit/{what}/{document}/{version}": {
    get: {
      parameters: { path: { what: string; document: string; version: string }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["RevisionView"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/bots": {
    get: {
      parameters: { query?: { limit?: number; after?: string | null }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["Listing_BotView_"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
    post: {
      parameters: {  };
      requestBody: { content: { "application/json": components["schemas"]["BotIn"] }; };
      responses: {
        201: { content: { "application/json": components["schemas"]["BotView"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/bots/{id}": {
    get: {
      parameters: { path: { id: string }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["BotView"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
    patch: {
      parameters: { path: { id: string }; header?: { "If-Match"?: string }; };
      requestBody: { content: { "application/json": components["schemas"]["BotPatch"] }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["BotView"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        412: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
    delete: {
      parameters: { path: { id: string }; };
      responses: {
        204: { content?: never; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        409: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/bots/{id}/history": {
    get: {
      parameters: { path: { id: string }; query?: { limit?: number; after?: string | null }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["Listing_RevisionView_"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/bots/{id}/test": {
    post: {
      parameters: { path: { id: string }; };
      requestBody: { content: { "application/json": components["schemas"]["admin.bots.TryIn"] }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["admin.bots.TryView"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/bots/{id}/undo": {
    post: {
      parameters: { path: { id: string }; header?: { "If-Match"?: string }; };
      requestBody: { content: { "application/json": components["schemas"]["UndoIn"] }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["BotView"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        412: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/channels": {
    get: {
      parameters: { query?: { limit?: number; after?: string | null }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["Listing_ChannelView_"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
    post: {
      parameters: {  };
      requestBody: { content: { "application/json": components["schemas"]["ChannelIn"] }; };
      responses: {
        201: { content: { "application/json": components["schemas"]["ChannelView"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/channels/{channel}/settings/words/csv": {
    get: {
      parameters: { path: { channel: string }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["CsvView"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
    post: {
      parameters: { path: { channel: string }; header?: { "If-Match"?: string }; };
      requestBody: { content: { "application/json": components["schemas"]["CsvIn"] }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["Closing"] | components["schemas"]["Prompts"] | components["schemas"]["Words"] | components["schemas"]["Surveys"] | components["schemas"]["Assignment"] | components["schemas"]["Webhooks"] | components["schemas"]["Customers"] | components["schemas"]["Retention"] | components["schemas"]["Reception"] | components["schemas"]["Opening"] | components["schemas"]["Sla"] | components["schemas"]["Routing"] | components["schemas"]["Submissions"] | components["schemas"]["Languages"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        412: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/channels/{channel}/settings/{area}": {
    get: {
      parameters: { path: { channel: string; area: string }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["Closing"] | components["schemas"]["Prompts"] | components["schemas"]["Words"] | components["schemas"]["Surveys"] | components["schemas"]["Assignment"] | components["schemas"]["Webhooks"] | components["schemas"]["Customers"] | components["schemas"]["Retention"] | components["schemas"]["Reception"] | components["schemas"]["Opening"] | components["schemas"]["Sla"] | components["schemas"]["Routing"] | components["schemas"]["Submissions"] | components["schemas"]["Languages"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
    put: {
      parameters: { path: { channel: string; area: string }; header?: { "If-Match"?: string }; };
      requestBody: { content: { "application/json": components["schemas"]["Closing"] | components["schemas"]["Prompts"] | components["schemas"]["Words"] | components["schemas"]["Surveys"] | components["schemas"]["Assignment"] | components["schemas"]["Webhooks"] | components["schemas"]["Customers"] | components["schemas"]["Retention"] | components["schemas"]["Reception"] | components["schemas"]["Opening"] | components["schemas"]["Sla"] | components["schemas"]["Routing"] | components["schemas"]["Submissions"] | components["schemas"]["Languages"] }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["Closing"] | components["schemas"]["Prompts"] | components["schemas"]["Words"] | components["schemas"]["Surveys"] | components["schemas"]["Assignment"] | components["schemas"]["Webhooks"] | components["schemas"]["Customers"] | components["schemas"]["Retention"] | components["schemas"]["Reception"] | components["schemas"]["Opening"] | components["schemas"]["Sla"] | components["schemas"]["Routing"] | components["schemas"]["Submissions"] | components["schemas"]["Languages"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        412: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/channels/{channel}/settings/{area}/history": {
    get: {
      parameters: { path: { channel: string; area: string }; query?: { limit?: number; after?: string | null }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["Listing_RevisionView_"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/channels/{channel}/settings/{area}/undo": {
    post: {
      parameters: { path: { channel: string; area: string }; header?: { "If-Match"?: string }; };
      requestBody: { content: { "application/json": components["schemas"]["UndoIn"] }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["Closing"] | components["schemas"]["Prompts"] | components["schemas"]["Words"] | components["schemas"]["Surveys"] | components["schemas"]["Assignment"] | components["schemas"]["Webhooks"] | components["schemas"]["Customers"] | components["schemas"]["Retention"] | components["schemas"]["Reception"] | components["schemas"]["Opening"] | components["schemas"]["Sla"] | components["schemas"]["Routing"] | components["schemas"]["Submissions"] | components["schemas"]["Languages"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        412: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/channels/{id}": {
    get: {
      parameters: { path: { id: string }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["ChannelView"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
    patch: {
      parameters: { path: { id: string }; header?: { "If-Match"?: string }; };
      requestBody: { content: { "application/json": components["schemas"]["ChannelPatch"] }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["ChannelView"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        412: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
    delete: {
      parameters: { path: { id: string }; };
      responses: {
        204: { content?: never; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        409: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/channels/{id}/check": {
    post: {
      parameters: { path: { id: string }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["ChannelView"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/channels/{id}/raws": {
    get: {
      parameters: { path: { id: string }; query?: { limit?: number }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["Listing_RawView_"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/channels/{id}/templates": {
    get: {
      parameters: { path: { id: string }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["Listing_TemplateInfo_"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        409: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        502: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/forms": {
    get: {
      parameters: { query?: { language?: string }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["Listing_FormView_"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/groups": {
    get: {
      parameters: { query?: { limit?: number; after?: string | null }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["Listing_GroupView_"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
    post: {
      parameters: {  };
      requestBody: { content: { "application/json": components["schemas"]["GroupIn"] }; };
      responses: {
        201: { content: { "application/json": components["schemas"]["GroupView"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/groups/{group}/settings/words/csv": {
    get: {
      parameters: { path: { group: string }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["CsvView"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
    post: {
      parameters: { path: { group: string }; header?: { "If-Match"?: string }; };
      requestBody: { content: { "application/json": components["schemas"]["CsvIn"] }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["Closing"] | components["schemas"]["Prompts"] | components["schemas"]["Words"] | components["schemas"]["Surveys"] | components["schemas"]["Assignment"] | components["schemas"]["Webhooks"] | components["schemas"]["Customers"] | components["schemas"]["Retention"] | components["schemas"]["Reception"] | components["schemas"]["Opening"] | components["schemas"]["Sla"] | components["schemas"]["Routing"] | components["schemas"]["Submissions"] | components["schemas"]["Languages"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        412: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/groups/{group}/settings/{area}": {
    get: {
      parameters: { path: { group: string; area: string }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["Closing"] | components["schemas"]["Prompts"] | components["schemas"]["Words"] | components["schemas"]["Surveys"] | components["schemas"]["Assignment"] | components["schemas"]["Webhooks"] | components["schemas"]["Customers"] | components["schemas"]["Retention"] | components["schemas"]["Reception"] | components["schemas"]["Opening"] | components["schemas"]["Sla"] | components["schemas"]["Routing"] | components["schemas"]["Submissions"] | components["schemas"]["Languages"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
    put: {
      parameters: { path: { group: string; area: string }; header?: { "If-Match"?: string }; };
      requestBody: { content: { "application/json": components["schemas"]["Closing"] | components["schemas"]["Prompts"] | components["schemas"]["Words"] | components["schemas"]["Surveys"] | components["schemas"]["Assignment"] | components["schemas"]["Webhooks"] | components["schemas"]["Customers"] | components["schemas"]["Retention"] | components["schemas"]["Reception"] | components["schemas"]["Opening"] | components["schemas"]["Sla"] | components["schemas"]["Routing"] | components["schemas"]["Submissions"] | components["schemas"]["Languages"] }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["Closing"] | components["schemas"]["Prompts"] | components["schemas"]["Words"] | components["schemas"]["Surveys"] | components["schemas"]["Assignment"] | components["schemas"]["Webhooks"] | components["schemas"]["Customers"] | components["schemas"]["Retention"] | components["schemas"]["Reception"] | components["schemas"]["Opening"] | components["schemas"]["Sla"] | components["schemas"]["Routing"] | components["schemas"]["Submissions"] | components["schemas"]["Languages"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        412: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/groups/{group}/settings/{area}/history": {
    get: {
      parameters: { path: { group: string; area: string }; query?: { limit?: number; after?: string | null }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["Listing_RevisionView_"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/groups/{group}/settings/{area}/undo": {
    post: {
      parameters: { path: { group: string; area: string }; header?: { "If-Match"?: string }; };
      requestBody: { content: { "application/json": components["schemas"]["UndoIn"] }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["Closing"] | components["schemas"]["Prompts"] | components["schemas"]["Words"] | components["schemas"]["Surveys"] | components["schemas"]["Assignment"] | components["schemas"]["Webhooks"] | components["schemas"]["Customers"] | components["schemas"]["Retention"] | components["schemas"]["Reception"] | components["schemas"]["Opening"] | components["schemas"]["Sla"] | components["schemas"]["Routing"] | components["schemas"]["Submissions"] | components["schemas"]["Languages"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        412: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/groups/{id}": {
    get: {
      parameters: { path: { id: string }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["GroupView"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
    patch: {
      parameters: { path: { id: string }; header?: { "If-Match"?: string }; };
      requestBody: { content: { "application/json": components["schemas"]["GroupPatch"] }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["GroupView"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        412: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
    delete: {
      parameters: { path: { id: string }; };
      responses: {
        204: { content?: never; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        409: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/kinds": {
    get: {
      parameters: {  };
      responses: {
        200: { content: { "application/json": components["schemas"]["Listing_KindView_"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/segments": {
    get: {
      parameters: { query?: { limit?: number; after?: string | null }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["Listing_SegmentView_"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
    post: {
      parameters: {  };
      requestBody: { content: { "application/json": components["schemas"]["SegmentIn"] }; };
      responses: {
        201: { content: { "application/json": components["schemas"]["SegmentView"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/segments/{id}": {
    get: {
      parameters: { path: { id: string }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["SegmentView"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
    patch: {
      parameters: { path: { id: string }; header?: { "If-Match"?: string }; };
      requestBody: { content: { "application/json": components["schemas"]["SegmentPatch"] }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["SegmentView"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        412: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
    delete: {
      parameters: { path: { id: string }; };
      responses: {
        204: { content?: never; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        409: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/segments/{id}/history": {
    get: {
      parameters: { path: { id: string }; query?: { limit?: number; after?: string | null }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["Listing_RevisionView_"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/segments/{id}/undo": {
    post: {
      parameters: { path: { id: string }; header?: { "If-Match"?: string }; };
      requestBody: { content: { "application/json": components["schemas"]["UndoIn"] }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["SegmentView"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        412: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/settings": {
    get: {
      parameters: { query?: { language?: string }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["Listing_AreaView_"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/settings/assignment/try": {
    post: {
      parameters: {  };
      requestBody: { content: { "application/json": components["schemas"]["TryBody"] }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["Tried"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/settings/hours/try": {
    post: {
      parameters: {  };
      requestBody: { content: { "application/json": components["schemas"]["HoursIn"] }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["HoursTried"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/settings/prompts/preview": {
    post: {
      parameters: {  };
      requestBody: { content: { "application/json": components["schemas"]["PreviewIn"] }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["PreviewView"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/settings/routing/try": {
    post: {
      parameters: {  };
      requestBody: { content: { "application/json": components["schemas"]["TryBody"] }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["Tried"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/settings/words/csv": {
    get: {
      parameters: {  };
      responses: {
        200: { content: { "application/json": components["schemas"]["CsvView"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
    post: {
      parameters: { header?: { "If-Match"?: string }; };
      requestBody: { content: { "application/json": components["schemas"]["CsvIn"] }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["Closing"] | components["schemas"]["Prompts"] | components["schemas"]["Words"] | components["schemas"]["Surveys"] | components["schemas"]["Assignment"] | components["schemas"]["Webhooks"] | components["schemas"]["Customers"] | components["schemas"]["Retention"] | components["schemas"]["Reception"] | components["schemas"]["Opening"] | components["schemas"]["Sla"] | components["schemas"]["Routing"] | components["schemas"]["Submissions"] | components["schemas"]["Languages"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        412: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/settings/words/try": {
    post: {
      parameters: {  };
      requestBody: { content: { "application/json": components["schemas"]["admin.words.TryIn"] }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["admin.words.TryView"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/settings/{area}": {
    get: {
      parameters: { path: { area: string }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["Closing"] | components["schemas"]["Prompts"] | components["schemas"]["Words"] | components["schemas"]["Surveys"] | components["schemas"]["Assignment"] | components["schemas"]["Webhooks"] | components["schemas"]["Customers"] | components["schemas"]["Retention"] | components["schemas"]["Reception"] | components["schemas"]["Opening"] | components["schemas"]["Sla"] | components["schemas"]["Routing"] | components["schemas"]["Submissions"] | components["schemas"]["Languages"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
    put: {
      parameters: { path: { area: string }; header?: { "If-Match"?: string }; };
      requestBody: { content: { "application/json": components["schemas"]["Closing"] | components["schemas"]["Prompts"] | components["schemas"]["Words"] | components["schemas"]["Surveys"] | components["schemas"]["Assignment"] | components["schemas"]["Webhooks"] | components["schemas"]["Customers"] | components["schemas"]["Retention"] | components["schemas"]["Reception"] | components["schemas"]["Opening"] | components["schemas"]["Sla"] | components["schemas"]["Routing"] | components["schemas"]["Submissions"] | components["schemas"]["Languages"] }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["Closing"] | components["schemas"]["Prompts"] | components["schemas"]["Words"] | components["schemas"]["Surveys"] | components["schemas"]["Assignment"] | components["schemas"]["Webhooks"] | components["schemas"]["Customers"] | components["schemas"]["Retention"] | components["schemas"]["Reception"] | components["schemas"]["Opening"] | components["schemas"]["Sla"] | components["schemas"]["Routing"] | components["schemas"]["Submissions"] | components["schemas"]["Languages"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        412: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/settings/{area}/history": {
    get: {
      parameters: { path: { area: string }; query?: { limit?: number; after?: string | null }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["Listing_RevisionView_"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/settings/{area}/undo": {
    post: {
      parameters: { path: { area: string }; header?: { "If-Match"?: string }; };
      requestBody: { content: { "application/json": components["schemas"]["UndoIn"] }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["Closing"] | components["schemas"]["Prompts"] | components["schemas"]["Words"] | components["schemas"]["Surveys"] | components["schemas"]["Assignment"] | components["schemas"]["Webhooks"] | components["schemas"]["Customers"] | components["schemas"]["Retention"] | components["schemas"]["Reception"] | components["schemas"]["Opening"] | components["schemas"]["Sla"] | components["schemas"]["Routing"] | components["schemas"]["Submissions"] | components["schemas"]["Languages"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        412: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/webhook-types": {
    get: {
      parameters: { query?: { limit?: number; after?: string | null }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["Listing_TypeView_"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/webhooks": {
    get: {
      parameters: { query?: { limit?: number; after?: string | null }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["Listing_WebhookView_"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/webhooks/{id}": {
    get: {
      parameters: { path: { id: string }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["WebhookView"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/webhooks/{id}/deliveries": {
    get: {
      parameters: { path: { id: string }; query?: { limit?: number; after?: string | null; state?: "delivered" | "parked" | "waiting" | null }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["Listing_DeliveryView_"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/webhooks/{id}/replay": {
    post: {
      parameters: { path: { id: string }; };
      requestBody: { content: { "application/json": components["schemas"]["ReplayIn"] }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["ReplayView"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/webhooks/{id}/resume": {
    post: {
      parameters: { path: { id: string }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["WebhookView"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/admin/webhooks/{id}/test": {
    post: {
      parameters: { path: { id: string }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["TestView"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/auth/login": {
    post: {
      parameters: {  };
      requestBody: { content: { "application/json": components["schemas"]["Login"] }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["SignedInView"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        429: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/auth/logout": {
    post: {
      parameters: {  };
      responses: {
        204: { content?: never; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/bots/{id}/sessions/{session}/messages": {
    post: {
      parameters: { path: { id: string; session: string }; };
      requestBody: { content: { "application/json": components["schemas"]["LaterIn"] }; };
      responses: {
        201: { content: { "application/json": components["schemas"]["SaidView"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        409: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/agents/{id}/status": {
    put: {
      parameters: { path: { id: string }; };
      requestBody: { content: { "application/json": components["schemas"]["StatusBody"] }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["ColleagueView"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/around": {
    get: {
      parameters: {  };
      responses: {
        200: { content: { "application/json": components["schemas"]["AroundView"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/customers": {
    get: {
      parameters: { query?: { limit?: number; after?: string | null; partner_id?: string | null; q?: string | null }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["Listing_CustomerView_"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/customers/{id}": {
    get: {
      parameters: { path: { id: string }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["CustomerView"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/customers/{id}/block": {
    post: {
      parameters: { path: { id: string }; };
      requestBody: { content: { "application/json": components["schemas"]["CustomerBlockBody"] }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["BlockedView"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/customers/{id}/erase": {
    post: {
      parameters: { path: { id: string }; };
      responses: {
        202: { content: { "application/json": components["schemas"]["ErasingView"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/customers/{id}/export": {
    get: {
      parameters: { path: { id: string }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["ExportView"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/customers/{id}/link": {
    post: {
      parameters: { path: { id: string }; };
      requestBody: { content: { "application/json": components["schemas"]["LinkBody"] }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["CustomerView"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/customers/{id}/merge": {
    post: {
      parameters: { path: { id: string }; };
      requestBody: { content: { "application/json": components["schemas"]["MergeBody"] }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["CustomerView"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/files": {
    post: {
      parameters: { query?: { name?: string | null }; };
      responses: {
        201: { content: { "application/json": components["schemas"]["ImageView"] | components["schemas"]["AudioView"] | components["schemas"]["VideoView"] | components["schemas"]["FileView"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        415: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/floor": {
    get: {
      parameters: {  };
      responses: {
        200: { content: { "application/json": components["schemas"]["FloorView"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/floor/risk": {
    get: {
      parameters: { query?: { channel?: string | null; group?: string | null }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["RiskView"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/floor/today": {
    get: {
      parameters: { query?: { channel?: string | null; group?: string | null }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["TodayView"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/me": {
    get: {
      parameters: {  };
      responses: {
        200: { content: { "application/json": components["schemas"]["MeView"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/me/stars": {
    get: {
      parameters: {  };
      responses: {
        200: { content: { "application/json": components["schemas"]["StarsView"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/me/status": {
    put: {
      parameters: {  };
      requestBody: { content: { "application/json": components["schemas"]["StatusBody"] }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["MeView"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/mentions": {
    get: {
      parameters: { query?: { limit?: number; after?: string | null; unread?: boolean }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["MentionsView"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/mentions/read": {
    post: {
      parameters: {  };
      requestBody: { content: { "application/json": components["schemas"]["MentionsReadBody"] }; };
      responses: {
        204: { content?: never; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/quick-replies": {
    get: {
      parameters: { query?: { limit?: number; after?: string | null }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["Listing_QuickReplyView_"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
    post: {
      parameters: {  };
      requestBody: { content: { "application/json": components["schemas"]["QuickReplyIn"] }; };
      responses: {
        201: { content: { "application/json": components["schemas"]["QuickReplyView"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        409: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/quick-replies/{id}": {
    patch: {
      parameters: { path: { id: string }; };
      requestBody: { content: { "application/json": components["schemas"]["QuickReplyPatch"] }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["QuickReplyView"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
    delete: {
      parameters: { path: { id: string }; };
      responses: {
        204: { content?: never; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/sessions": {
    get: {
      parameters: { query?: { limit?: number; after?: string | null; phase?: "active" | "bot" | "closed" | "queued" | "unassigned" | null; mine?: boolean; starred?: boolean; agent?: string | null; customer?: string | null; tag?: string | null; channel?: string | null; group?: string | null; q?: string | null }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["Listing_SessionView_"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/sessions/{id}": {
    get: {
      parameters: { path: { id: string }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["SessionDetail"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/sessions/{id}/accept": {
    post: {
      parameters: { path: { id: string }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["SessionView"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        409: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/sessions/{id}/assign": {
    post: {
      parameters: { path: { id: string }; };
      requestBody: { content: { "application/json": components["schemas"]["AssignBody"] }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["SessionView"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        409: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/sessions/{id}/block": {
    post: {
      parameters: { path: { id: string }; };
      requestBody: { content: { "application/json": components["schemas"]["BlockBody"] }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["SessionView"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/sessions/{id}/claim": {
    post: {
      parameters: { path: { id: string }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["SessionView"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        409: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/sessions/{id}/close": {
    post: {
      parameters: { path: { id: string }; };
      requestBody: { content: { "application/json": components["schemas"]["CloseBody"] }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["SessionView"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        409: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/sessions/{id}/decline": {
    post: {
      parameters: { path: { id: string }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["SessionView"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        409: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/sessions/{id}/invite": {
    post: {
      parameters: { path: { id: string }; };
      requestBody: { content: { "application/json": components["schemas"]["ColleagueBody"] }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["SessionView"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        409: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/sessions/{id}/invite-rating": {
    post: {
      parameters: { path: { id: string }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["SessionView"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        409: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/sessions/{id}/lock": {
    post: {
      parameters: { path: { id: string }; };
      requestBody: { content: { "application/json": components["schemas"]["LockBody"] }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["SessionView"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        409: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/sessions/{id}/messages": {
    get: {
      parameters: { path: { id: string }; query?: { limit?: number; after?: number }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["Listing_MessageView_"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
    post: {
      parameters: { path: { id: string }; };
      requestBody: { content: { "application/json": components["schemas"]["MessageBody"] }; };
      responses: {
        201: { content: { "application/json": components["schemas"]["MessageView"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        409: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/sessions/{id}/notes": {
    post: {
      parameters: { path: { id: string }; };
      requestBody: { content: { "application/json": components["schemas"]["NoteBody"] }; };
      responses: {
        201: { content: { "application/json": components["schemas"]["MessageView"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        409: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/sessions/{id}/offline": {
    post: {
      parameters: { path: { id: string }; };
      requestBody: { content: { "application/json": components["schemas"]["OfflineBody"] }; };
      responses: {
        201: { content: { "application/json": components["schemas"]["MessageView"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        409: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/sessions/{id}/read": {
    post: {
      parameters: { path: { id: string }; };
      responses: {
        204: { content?: never; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        409: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/sessions/{id}/recall": {
    post: {
      parameters: { path: { id: string }; };
      requestBody: { content: { "application/json": components["schemas"]["RecallBody"] }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["MessageView"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        409: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/sessions/{id}/star": {
    post: {
      parameters: { path: { id: string }; };
      requestBody: { content: { "application/json": components["schemas"]["StarBody"] }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["StarsView"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/sessions/{id}/summary": {
    post: {
      parameters: { path: { id: string }; };
      requestBody: { content: { "application/json": components["schemas"]["SummaryBody"] }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["SessionDetail"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        409: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/sessions/{id}/tags": {
    post: {
      parameters: { path: { id: string }; };
      requestBody: { content: { "application/json": components["schemas"]["TagsBody"] }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["SessionView"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        409: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/sessions/{id}/take-over": {
    post: {
      parameters: { path: { id: string }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["SessionView"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        409: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/sessions/{id}/template": {
    post: {
      parameters: { path: { id: string }; };
      requestBody: { content: { "application/json": components["schemas"]["TemplateBody"] }; };
      responses: {
        201: { content: { "application/json": components["schemas"]["MessageView"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        409: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/sessions/{id}/templates": {
    get: {
      parameters: { path: { id: string }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["Templates"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        409: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        502: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/sessions/{id}/transfer": {
    post: {
      parameters: { path: { id: string }; };
      requestBody: { content: { "application/json": components["schemas"]["TransferBody"] }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["SessionView"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        409: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/sessions/{id}/translate": {
    post: {
      parameters: { path: { id: string }; };
      requestBody: { content: { "application/json": components["schemas"]["TranslateBody"] }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["TranslationView"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        409: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        502: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/sessions/{id}/typing": {
    post: {
      parameters: { path: { id: string }; };
      responses: {
        204: { content?: never; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/sessions/{id}/uninvite": {
    post: {
      parameters: { path: { id: string }; };
      requestBody: { content: { "application/json": components["schemas"]["ColleagueBody"] }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["SessionView"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        409: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/sessions/{id}/whisper": {
    post: {
      parameters: { path: { id: string }; };
      requestBody: { content: { "application/json": components["schemas"]["WhisperBody"] }; };
      responses: {
        201: { content: { "application/json": components["schemas"]["MessageView"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        409: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/socket": {
    get: {
      parameters: {  };
      responses: {
        101: { content?: never; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/submissions": {
    get: {
      parameters: { query?: { limit?: number; after?: string | null; state?: "new" | "open" | "solved" | null; kind?: "message" | "ticket" | null; mine?: boolean; agent?: string | null; channel?: string | null; group?: string | null; q?: string | null }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["Listing_SubmissionView_"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/submissions/export": {
    get: {
      parameters: { query?: { limit?: number; after?: string | null; state?: "new" | "open" | "solved" | null; kind?: "message" | "ticket" | null; mine?: boolean; agent?: string | null; channel?: string | null; group?: string | null; q?: string | null }; };
      responses: {
        200: { content?: never; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/submissions/{id}": {
    get: {
      parameters: { path: { id: string }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["SubmissionDetail"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/submissions/{id}/assign": {
    post: {
      parameters: { path: { id: string }; };
      requestBody: { content: { "application/json": components["schemas"]["SubmissionAssignBody"] }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["SubmissionView"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        409: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/submissions/{id}/messages": {
    post: {
      parameters: { path: { id: string }; };
      requestBody: { content: { "application/json": components["schemas"]["SubmissionMessageBody"] }; };
      responses: {
        201: { content: { "application/json": components["schemas"]["MessageView"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        409: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/submissions/{id}/state": {
    post: {
      parameters: { path: { id: string }; };
      requestBody: { content: { "application/json": components["schemas"]["StateBody"] }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["SubmissionView"] }; };
        400: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        404: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        409: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        413: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/tallies": {
    get: {
      parameters: {  };
      responses: {
        200: { content: { "application/json": components["schemas"]["TalliesView"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
  "/api/v1/inbox/word-hits": {
    get: {
      parameters: { query?: { limit?: number; after?: string | null; side?: "agent" | "bot" | "customer" | null; action?: "alert" | "block" | "consent" | "mask" | "replace" | "warn" | null; list?: string | null; channel?: string | null; group?: string | null; today?: boolean }; };
      responses: {
        200: { content: { "application/json": components["schemas"]["Listing_WordHitView_"] }; };
        401: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        403: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        422: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
        default: { content: { "application/problem+json": components["schemas"]["Problem"] }; };
      };
    };
  };
}
