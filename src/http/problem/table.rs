//! Every kind of problem: its status, what it means, and what the caller can do about it.

/// One kind of problem.
#[derive(Debug)]
pub struct Entry {
    /// The name that programs compare, and the last segment of its page.
    pub code: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// A few words.
    pub title: &'static str,
    /// What is sent when nothing more is known.
    pub message: &'static str,
    /// When it happens, and what the caller can do.
    pub cure: &'static str,
}

macro_rules! problems {
    ($($name:ident = $code:literal, $status:literal, $title:literal, $message:literal, $cure:literal;)*) => {
        /// The kinds of problems.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Code {
            $(#[doc = $title] $name,)*
        }

        /// All kinds, in the order of the documentation.
        pub const ALL: &[Code] = &[$(Code::$name),*];

        /// What is known of a kind.
        pub const fn entry(code: Code) -> &'static Entry {
            match code {
                $(Code::$name => &Entry {
                    code: $code, status: $status, title: $title, message: $message, cure: $cure,
                },)*
            }
        }
    };
}

problems! {
    InvalidJson = "invalid-json", 400,
        "The body is not JSON",
        "the body is not valid JSON",
        "The body could not be read as JSON, or is JSON that cannot be kept faithfully: nested over 64 levels, an integer beyond 64 bits (send it as a string), a NUL character, or a field that occurs twice. `details` names the place.";
    InvalidBody = "invalid-body", 422,
        "The body has the wrong shape",
        "the body does not have the shape that this endpoint takes",
        "A field is missing, unknown or of the wrong type. `details` holds the JSON pointer of the fault; `/openapi.json` has the shape.";
    InvalidQuery = "invalid-query", 400,
        "A query parameter is wrong",
        "the query has a parameter that is unknown, repeated or malformed",
        "`details` names the parameter and what it must be.";
    InvalidPath = "invalid-path", 400,
        "A segment of the path is wrong",
        "the path holds an id that is malformed",
        "Ids are TypeIDs such as `run_01h455vb4pex5vsknk084sn02q`; version numbers count from 1.";
    InvalidHeader = "invalid-header", 400,
        "A header is wrong",
        "a header is repeated or malformed",
        "`details` names the header. An `Idempotency-Key` has 1 to 255 visible ASCII characters; a `Last-Event-ID` is a position.";
    InvalidRequest = "invalid-request", 400,
        "The request cannot be read",
        "the request cannot be read",
        "The request breaks the rules of HTTP before any endpoint sees it.";
    InvalidDefinition = "invalid-definition", 422,
        "The definition has problems",
        "the definition has problems that keep it from being published or run",
        "`details` lists every problem, each with the JSON pointer inside the definition, the node and the cure. Mend them all and try again.";
    InvalidInput = "invalid-input", 422,
        "The input is not what the workflow asks for",
        "the input lacks what the workflow declares, or has it in another type",
        "`details` lists every problem with its JSON pointer. The `inputSchema` of the workflow, and that of its trigger, say what a run needs; nothing was started.";
    InvalidAnswer = "invalid-answer", 422,
        "The answer is not what the form asks for",
        "the answer is not what the task's form asks for",
        "`details` holds a JSON pointer for each fault; `form` of the task is the JSON Schema of its answer. Nothing was changed: mend the answer and send it again.";
    InvalidTest = "invalid-test", 422,
        "The test has problems",
        "the test has problems",
        "`details` lists them with their places in the test definition. `docs/testing-workflows.md` says what a test may hold.";
    BodyTooLarge = "body-too-large", 413,
        "The body is too large",
        "the body is larger than this endpoint takes",
        "No body may exceed 1 MiB, or 10 MiB where schemas and values come in to be validated. Keep large data elsewhere and send a reference.";
    BodyTimeout = "body-timeout", 408,
        "The body came too slowly",
        "the body did not arrive within 10 seconds",
        "The whole body must arrive within 10 seconds of its head. Send it again.";
    UnsupportedMediaType = "unsupported-media-type", 415,
        "The body has the wrong type",
        "the body must be application/json, not compressed",
        "Send `Content-Type: application/json` and no `Content-Encoding`. Webhooks also take forms and text.";
    Unauthenticated = "unauthenticated", 401,
        "Not authenticated",
        "a valid key is needed: send `Authorization: Bearer <key>`",
        "The key is missing, malformed or not known here. `make dev` prints the admin key once.";
    InvalidCredentials = "invalid-credentials", 401,
        "Not let in",
        "the email address, the password or the code is wrong, or the user is suspended",
        "Which of them it is is not told, so that nobody learns who has an account. After five failures in a row nobody is let in for a while. An operator gives a reset token with `chainkeel user reset`.";
    SecondFactorRequired = "second-factor-required", 401,
        "A second factor is wanted",
        "a code of the authenticator, or a recovery code, is wanted as well",
        "The password is right. Send the request again with `code`.";
    LoginLocked = "login-locked", 429,
        "Too many failures",
        "too many failures: nobody is let in by this address for a while",
        "Try again after `Retry-After`. The first lock holds for 30 seconds, each further failure doubles it, up to an hour; a success ends it. An address that has no account is locked in the same way.";
    Forbidden = "forbidden", 403,
        "Not allowed",
        "a permission is needed for this that you do not have",
        "The message names the permission that is missing. Ask for a role or a key that has it; `docs/access.md` lists who has which.";
    NotFound = "not-found", 404,
        "There is nothing here",
        "no endpoint has this path",
        "`/openapi.json` lists all endpoints.";
    MethodNotAllowed = "method-not-allowed", 405,
        "The endpoint does not have this method",
        "the endpoint does not have this method",
        "The `Allow` header lists the methods it has.";
    WorkflowNotFound = "workflow-not-found", 404,
        "There is no such workflow",
        "there is no workflow with this id",
        "It never existed, or it belongs to another organization.";
    VersionNotFound = "version-not-found", 404,
        "There is no such version",
        "the workflow has no version with this number",
        "`GET /v1/workflows/{id}/versions` lists those there are.";
    ProjectionNotFound = "projection-not-found", 404,
        "There is no such view",
        "there is no view with this name",
        "The message lists the views there are; `GET /v1/projections` shows how current each is.";
    RunNotFound = "run-not-found", 404,
        "There is no such run",
        "there is no run with this id",
        "It never existed, or it belongs to another organization. A run that was just started is found at once.";
    RunDeleted = "run-deleted", 410,
        "The run was deleted",
        "the run was deleted by order of the organization",
        "Its organization lets runs go after some years (docs/retention.md). The message names the segment that it was in; `GET /v1/retention/segments` shows when that was deleted, and the audit log by whose order.";
    RunShredded = "run-shredded", 410,
        "The data of the run was shredded",
        "the personal data of the run was shredded by order of the organization",
        "The key of its subject was destroyed (docs/retention.md): what the run was given and what it did cannot be read by anybody any more. Its events stand on the ledger as they were stored, and are proved as before; the audit log says who ordered it, and why.";
    SubjectNotFound = "subject-not-found", 404,
        "There is no such subject",
        "no run of the organization was sealed for this subject",
        "Subjects are compared letter by letter with what the workflow's `personal.subject` came to; spaces at both ends do not count. `chainkeel retention subjects` lists their handles.";
    SubjectBusy = "subject-busy", 409,
        "Runs of the subject are not over",
        "some runs of this subject are not over",
        "A key goes only when nothing needs it any more. Wait for the runs that the message names, or cancel them; nothing was changed.";
    SubjectHeld = "subject-held", 409,
        "A legal hold covers the subject",
        "a legal hold covers runs of this subject",
        "Nothing is destroyed while it stands, and nothing was changed. `GET /v1/retention` lists the holds; whoever has `holds:manage` lifts one.";
    NotSigned = "not-signed", 404,
        "It is not signed yet",
        "the ledger's log has no checkpoint for this",
        "Checkpoints of the ledger are signed every few seconds; `chainkeel doctor` says why none is. `?size=` names the events of a checkpoint that there is.";
    ChainNotHalted = "chain-not-halted", 409,
        "The watch of the chain is not halted",
        "the chain is not watched, or its watch goes on",
        "`GET /v1/chain-watches` shows how chains are followed.";
    ChainEndpointsNotFound = "chain-endpoints-not-found", 404,
        "The organization has named no endpoints of this chain",
        "the organization has named no endpoints of this chain",
        "The chain is read as the installation reads it. `PUT /v1/chains/{chain}/endpoints` names endpoints of your own.";
    ChainEndpointsRefuse = "chain-endpoints-refuse", 409,
        "There are endpoints of too many chains",
        "there are endpoints of too many chains",
        "An organization names endpoints of at most 64 chains. Remove those of a chain that is not needed.";
    ChainEndpointsUnfit = "chain-endpoints-unfit", 422,
        "An endpoint is none of this chain",
        "an endpoint does not answer, or is of another chain",
        "`details` says which, by its place in `urls`, and why. Nothing was changed: the chain is read as before. Private addresses are reached only where the installation opens them to workflows.";
    WalletNotFound = "wallet-not-found", 404,
        "There is no such wallet",
        "there is no wallet with this id",
        "It never existed, or it belongs to another organization. `GET /v1/wallets?archived=true` lists those there are.";
    WalletRefuses = "wallet-refuses", 409,
        "The wallets do not allow this",
        "the wallets of the organization do not allow this as they are",
        "The message says why: a name or a key that another wallet has, a wallet that is archived, or too many wallets.";
    WalletFloorNotFound = "wallet-floor-not-found", 404,
        "The wallet has no floor on this chain",
        "the wallet has no floor on this chain",
        "None was set, or it was removed. `PUT /v1/wallets/{id}/floors/{chain}` sets one.";
    TransactionNotFound = "transaction-not-found", 404,
        "There is no such transaction",
        "there is no transaction with this id",
        "It never existed, it belongs to another organization, or it was accepted a moment ago: give `minPosition`. `GET /v1/transactions` lists those there are.";
    TransactionOver = "transaction-over", 409,
        "The transaction is over",
        "the transaction is over, and cannot be called off",
        "It stands in a block, or came to nothing before. `GET /v1/transactions/{id}` shows all that happened to it.";
    SignatureNotFound = "signature-not-found", 404,
        "There is no such document",
        "there is no document to be signed with this id",
        "It never existed, it belongs to another organization, or it was accepted a moment ago: give `minPosition`. `GET /v1/signatures` lists those there are.";
    ApprovalNotYours = "approval-not-yours", 403,
        "It is not yours to approve",
        "the policies do not ask you about this",
        "Only those whom the policy names may answer, and whoever caused it does not approve it. `approval.needs` of `GET /v1/transactions/{id}`, or of `GET /v1/signatures/{id}`, names them.";
    ApprovalDoesNotCount = "approval-does-not-count", 409,
        "The answer does not count",
        "the answer to the question for approval does not count",
        "Look again: it is about another digest, you approved it before, or it is decided.";
    InvalidPayment = "invalid-payment", 400,
        "The payment cannot be read",
        "the header with the payment cannot be read",
        "`details` names the header and the fault. It holds base64 of a JSON object as x402 has it: `PAYMENT-SIGNATURE` of version 2 or `X-PAYMENT` of version 1, not both. Nothing was kept and nothing was paid.";
    PaymentRequired = "payment-required", 402,
        "A payment is needed",
        "a payment is needed",
        "What is asked stands in the body as version 1 of x402 has it, and in `PAYMENT-REQUIRED` as version 2 does; `docs/x402.md`.";
    PaymentConflict = "payment-conflict", 409,
        "The payment was for something else",
        "this authorization to pay was presented before, for another request",
        "An authorization pays for one request: its method, query and body. Repeat that request to learn what became of it, or sign another authorization for this one.";
    PaymentUnjudged = "payment-unjudged", 503,
        "Nobody can say now whether the payment is good",
        "it cannot be said now whether the payment is good",
        "The chain or the facilitator does not answer. Nothing was kept and nothing was paid: present the same payment again after `Retry-After`.";
    PaymentFailed = "payment-failed", 422,
        "The request was not paid for",
        "the request was not paid for, or nothing was given for it",
        "`details` has the code of the failure. `payment_pending` and `payment_refused`: repeat the request with the same `Idempotency-Key`, and the same payload is presented again. `GET /v1/payments/{id}` shows what stands on the ledger.";
    SaleNotFound = "sale-not-found", 404,
        "There is no such sale",
        "there is no sale with this id",
        "`GET /v1/sales` lists the runs that were paid for.";
    PaymentNotFound = "payment-not-found", 404,
        "There is no such payment",
        "there is no payment with this id",
        "`GET /v1/payments` lists them.";
    PaidEndpointNotFound = "paid-endpoint-not-found", 404,
        "There is no such paid endpoint",
        "there is no paid endpoint with this id",
        "`GET /v1/x402-endpoints` lists them.";
    PaidEndpointRefuses = "paid-endpoint-refuses", 409,
        "The paid endpoint refuses",
        "the paid endpoints of the organization refuse this",
        "The message says why: another one has its name, it was not tried, there are too many, or it would be paid more than it may.";
    BackendOfKeysRefuses = "backend-of-keys-refuses", 422,
        "The backend of keys does not do this",
        "the backend that keeps the keys does not do this",
        "The message says what. A backend that never hands a key out takes none in, either: create a wallet instead.";
    BackendOfKeysAway = "backend-of-keys-away", 503,
        "The backend of keys does not answer",
        "the backend that keeps the keys does not answer now",
        "Nothing was changed; try again. Whoever operates the installation finds in its log what is the matter.";
    PolicyNotFound = "policy-not-found", 404,
        "There is no such policy",
        "the organization has no policy of this name",
        "`GET /v1/policies` lists those there are. A policy that was removed is not shown.";
    PolicyRefuses = "policy-refuses", 409,
        "The policy does not allow this",
        "the policy does not allow this",
        "The detail says why: it does not count yet, no change of it waits, or there are too many policies.";
    ChainUnread = "chain-unread", 503,
        "The chain cannot be read now",
        "no endpoint of the chain answers, or none whose answer can be trusted",
        "Nothing was skipped: ask again. `GET /v1/chains` shows what is thought of each endpoint: of your own to you, of the installation's to those who manage it.";
    DeliveryNotFound = "delivery-not-found", 404,
        "There is no such delivery",
        "the workflow has no delivery with this id",
        "The last 50 deliveries of a workflow are kept, for two weeks; `GET /v1/workflows/{id}/deliveries` lists them.";
    DeliveryIncomplete = "delivery-incomplete", 409,
        "Only the beginning of the delivery is kept",
        "only the beginning of the delivery's body is kept, so that it cannot be replayed",
        "Bodies are kept up to 64 KiB. Have the sender send it again, or start the run with `POST /v1/workflows/{id}/run`.";
    WebhookUnverified = "webhook-unverified", 401,
        "The delivery is not signed as it must be",
        "the delivery is not signed as this webhook wants",
        "Nothing was started. The sender is not told more; whoever may read the workflow's runs sees the reason in `GET /v1/workflows/{id}/deliveries`. `docs/webhooks.md` lists the schemes.";
    WebhookRunFailed = "webhook-run-failed", 502,
        "The run did not succeed",
        "the run that was waited for did not succeed",
        "The workflow answers deliveries with the output of its run (`respond`), and this run failed or was cancelled. The run's page says why.";
    TestNotFound = "test-not-found", 404,
        "There is no such test",
        "there is no test, or no execution of one, with this id",
        "It never existed, was deleted, or belongs to another organization. Executions of a deleted test stay.";
    EntryNotFound = "entry-not-found", 404,
        "There is no value under this key",
        "there is no value under this key",
        "It was never set, or it was removed. `GET /v1/organization/storage/{store}` lists the keys of a store.";
    NodeNotFound = "node-not-found", 404,
        "The run has no such node",
        "the run's definition has no node with this id",
        "Node ids are the keys of `nodes` in the definition that the run was started with.";
    TaskNotFound = "task-not-found", 404,
        "No such task",
        "this task does not exist",
        "It does not exist in this organization, or not yet: a run that has begun to wait has its task a few milliseconds later.";
    EventNotFound = "event-not-found", 404,
        "No such event",
        "this event does not exist",
        "It was not published in this organization. What runs emit is no event of its own here: read it with the run's events.";
    InvalidEvent = "invalid-event", 422,
        "The event is not as its definition says",
        "the event is not as its definition says",
        "`details` names each place: what of the payload does not fit the schema of the definition, a kind of source that it does not come from, a version that does not hold, or that it has no definition where the organization wants one. Nothing was published. `GET /v1/event-definitions` lists the definitions.";
    EventQueueFull = "event-queue-full", 429,
        "Too many events wait to be delivered",
        "too many events of the organization wait to be delivered",
        "Nothing was published. Send it again after `Retry-After`, under the same `id` or `Idempotency-Key`. `GET /v1/events/queue` shows how the delivery stands.";
    DeadLetterNotFound = "dead-letter-not-found", 404,
        "No such dead letter",
        "this dead letter does not exist",
        "It does not exist in this organization, it was purged, or it was tried again and succeeded. `GET /v1/dead-letters` lists those there are.";
    EventDefinitionNotFound = "event-definition-not-found", 404,
        "No such definition of events",
        "this definition of events does not exist",
        "It does not exist in this organization. `GET /v1/event-definitions` lists those there are.";
    EventSubscriptionNotFound = "event-subscription-not-found", 404,
        "No such subscription to events",
        "this subscription to events does not exist",
        "It does not exist in this organization, or it was removed. `GET /v1/event-subscriptions` lists those there are.";
    ExecutionHookNotFound = "execution-webhook-not-found", 404,
        "No such execution webhook",
        "this execution webhook does not exist",
        "It does not exist in this organization, or it was removed. `GET /v1/execution-webhooks` lists those there are.";
    ExecutionHookRefuses = "execution-webhook-refuses", 409,
        "The execution webhook does not allow this now",
        "the execution webhook does not allow this now",
        "It is disabled: enable it before anything is sent to it. Or there are too many: an organization has at most 100, and of one 4 secrets sign at a time; `overlapMs` 0 ends those of before.";
    HookDeliveryNotFound = "execution-webhook-delivery-not-found", 404,
        "No such delivery",
        "this delivery of an execution webhook does not exist",
        "It does not exist in this organization, or it is forgotten: what is over is kept for 30 days, the last 10,000 of an endpoint. A replay of its position sends it again under the same id.";
    EventSubscriptionRefuses = "event-subscription-refuses", 409,
        "There are too many subscriptions to events, or secrets of one",
        "there are too many subscriptions to events, or secrets of one",
        "An organization has at most 100; remove one that is not needed. Of a subscription 4 secrets sign at a time: wait until the first is over, or rotate with `overlapMs` 0.";
    EventSequenceNotFound = "event-sequence-not-found", 404,
        "No such sequence of events",
        "this sequence of events, or this instance of it, does not exist",
        "It does not exist in this organization, or the sequence was removed. `GET /v1/event-sequences` lists those there are, and `GET /v1/event-sequences/{name}/instances` their instances.";
    EventSequenceRefuses = "event-sequence-refuses", 409,
        "The sequence does not allow this",
        "the sequence of events does not allow this",
        "The detail says why: a version that exists or is not the highest, too many sequences or versions, an instance that has ended or did not fail.";
    EventDefinitionRefuses = "event-definition-refuses", 409,
        "The definition does not allow this",
        "the definition does not allow this",
        "A version with this number is there already, and what it says never changes, or there are too many: add another one.";
    NodeTypeNotFound = "node-type-not-found", 404,
        "There is no such node type",
        "there is no node type with this name here",
        "`GET /v1/actions` and `GET /v1/triggers` list those there are.";
    WebhookNotFound = "webhook-not-found", 404,
        "There is no such webhook",
        "no live workflow listens under this URL",
        "The secret is wrong, or the workflow is not published, paused or archived. Which of these it is, only the workflow's owner may know.";
    ConnectorNotFound = "connector-not-found", 404,
        "There is no such connector",
        "there is no connector with this id",
        "It never existed, was disconnected, is private to somebody else, or belongs to another organization. `GET /v1/connectors` lists those there are.";
    ConnectorTypeNotFound = "connector-type-not-found", 404,
        "There is no such connector type",
        "this server knows no such connector type",
        "`GET /v1/connector-types` lists those that it knows.";
    VersionConflict = "version-conflict", 409,
        "Somebody else changed it",
        "it has changed since it was read",
        "Read it again, repeat the change on what it says now, and send its present `version`.";
    WorkflowRefuses = "workflow-refuses", 409,
        "The workflow does not allow this now",
        "the workflow does not allow this in its present status",
        "The message says what stands in the way: it is archived, has no draft, is not live, or is paused already.";
    RunRefuses = "run-refuses", 409,
        "The run does not allow this now",
        "the run does not allow this in its present status",
        "The message says what stands in the way: it has ended, did not fail, or the node is not waiting.";
    TaskRefuses = "task-refuses", 409,
        "The task does not allow it now",
        "the task does not allow this now",
        "It is somebody else's, or has come to its end; `message` says which. Read it again, release it or assign it anew.";
    CuExhausted = "cu-exhausted", 402,
        "The compute units are used up",
        "the organization's compute units are used up: nothing new starts",
        "The balance is not above the threshold of the organization's plan. Runs that had begun go on; nothing new starts until units are added or the next month's grant is made. `GET /v1/usage/balance` shows the balance, `GET /v1/usage` what used it. Workflows that were paused for it stay paused until somebody resumes them.";
    TemplateNotFound = "template-not-found", 404,
        "No such template",
        "there is no such template",
        "It does not exist, was retired, or is another organization's.";
    BlockNotFound = "block-not-found", 404,
        "No such block",
        "there is no such block",
        "It does not exist, was retired, or is another organization's.";
    InvalidBlueprint = "invalid-blueprint", 422,
        "The template or block cannot be offered",
        "the template or block cannot be offered",
        "`details` holds each fault with its place: placeholders without an input, ids of an organization, secrets. What was found is never quoted. `docs/lifecycle.md` has the rules.";
    BlueprintRefuses = "blueprint-refuses", 409,
        "The template or block does not allow this",
        "the template or block does not allow this now",
        "It was retired; `message` says so. What was made from it stays.";
    UiComponentNotFound = "ui-component-not-found", 404,
        "No such interface",
        "there is no such interface",
        "It does not exist, has no such version, or is another organization's.";
    InvalidUiComponent = "invalid-ui-component", 422,
        "The interface cannot be used",
        "the interface cannot be used",
        "`details` holds each fault with its place and what helps. `docs/interfaces.md` has the rules.";
    UiComponentRefuses = "ui-component-refuses", 409,
        "The interface does not allow this",
        "the interface does not allow this now",
        "It was retired, or has as many versions as it may; `message` says so. What was published with it keeps its version.";
    RunsUsedUp = "runs-used-up", 409,
        "The workflow's runs are used up",
        "this workflow has started as many runs as it may",
        "`maxRuns` bounds how many runs a workflow starts, by whatever starts them; retries and re-runs count. `POST /v1/workflows/{id}/refill` adds runs, `PUT /v1/workflows/{id}/limits` changes the limit. `docs/lifecycle.md` has the rules.";
    CoolingDown = "cooling-down", 409,
        "The workflow is cooling down",
        "this workflow is cooling down: triggers start no run",
        "A run began less than `cooldownMs` ago, so this trigger was passed over, and the ledger says so. A person can run the workflow all the same.";
    ReviewRequired = "review-required", 409,
        "The draft has to be approved first",
        "this draft has to be approved by somebody else before it is published",
        "The organization wants drafts approved. `POST /v1/workflows/{id}/review` asks for it; somebody who neither asked nor edited last approves with the `draftHash` that was looked at. An edit after that begins anew. `docs/lifecycle.md` has the rules.";
    InvalidTable = "invalid-table", 422,
        "The schema describes no table",
        "the schema describes no table",
        "`details` holds the place of each fault. A table is a JSON Schema of an object whose properties are its columns; `docs/data.md` says what a column may be.";
    InvalidRow = "invalid-row", 422,
        "A row does not fit its table",
        "a row does not fit its table",
        "`details` holds the row, the column and what it must be. Nothing was written: mend the rows and send all of them again.";
    TableNotFound = "table-not-found", 404,
        "There is no such table",
        "there is no table of this name",
        "It never existed in this organization, or it was dropped. `GET /v1/tables` lists those there are.";
    RowNotFound = "row-not-found", 404,
        "There is no such row",
        "the table has no row of this id",
        "It never existed, or it was removed. `GET /v1/tables/{name}/rows` lists those there are.";
    TableRefuses = "table-refuses", 409,
        "The table does not allow this",
        "the table does not allow this",
        "The message says what stands in the way: a name that is taken, a change that loses data and was not forced, rows that are not unique, or a bound.";
    RowRefused = "row-refused", 409,
        "Another row stands in the way",
        "another row stands in the way",
        "A value must be unique and is there already, a row that is referred to does not exist, or rows refer to the one that goes. The message says which. Nothing was written.";
    StatementRefused = "statement-refused", 422,
        "The statement may not be asked",
        "the statement may not be asked",
        "One `select`, `insert`, `update` or `delete` on the tables of the organization is performed, with values as parameters. The message says what is not known here or wrong; `docs/data.md` says what there is.";
    StatementTooCostly = "statement-too-costly", 422,
        "It asks for too much",
        "it takes longer, or gives more, than it may",
        "Ask for less: fewer rows or columns, a narrower condition, or an index on the columns of the condition.";
    DocumentNotFound = "document-not-found", 404,
        "There is no such document",
        "there is no document with this id",
        "It never existed in this organization, or it was removed. `GET /v1/knowledge/documents` lists those there are.";
    KnowledgeFull = "knowledge-full", 409,
        "There is as much as there may be",
        "the organization keeps as many documents as it may",
        "An organization keeps 5,000 documents and 64 MiB of text. Remove what nobody looks for.";
    InvalidSchema = "invalid-schema", 422,
        "The schema cannot be used",
        "the schema cannot be used",
        "`details` holds the JSON pointer of the fault. Schemas are of draft 2020-12, at most 1 MiB, without `$id` and anchors; `$ref` leads to a place in the schema or to `schema:namespace/name@1.0.0`; nothing is ever fetched. `docs/schemas.md` has the rules.";
    ValidationTooCostly = "validation-too-costly", 422,
        "The validation takes too much",
        "this schema and this value take more time or memory than a validation may",
        "A validation has 5 seconds and its share of memory. Schemas whose alternatives contain alternatives of themselves multiply: give each its own `properties`, with a `const` that tells them apart, or validate parts of the value.";
    SchemaNotFound = "schema-not-found", 404,
        "There is no such schema",
        "there is no schema with this id",
        "It never existed, or it belongs to another organization. `GET /v1/validation/schemas` lists those there are.";
    SchemaRefuses = "schema-refuses", 409,
        "The schema does not allow this",
        "the schema does not allow this",
        "The message says what stands in the way: the name is taken, the version's number is lower than its changes ask for, or it is the last version again.";
    UserNotFound = "user-not-found", 404,
        "No such user",
        "there is no user with this id",
        "`GET /v1/users` lists those there are.";
    UserRefuses = "user-refuses", 409,
        "The user does not allow it",
        "the user does not allow this now",
        "The message says why: an address that is somebody else's, a user who is suspended already, an authenticator that is enrolled or is not.";
    SessionNotFound = "session-not-found", 404,
        "No such session",
        "you have no session with this id",
        "`GET /v1/auth/sessions` lists those that go on.";
    IncompatibleSchema = "incompatible-schema", 409,
        "The version breaks what the schema promises",
        "the version does not keep the schema's level of compatibility",
        "`details` lists the changes that break it, each with its place. Keep what readers rely on, or begin another schema; `?checkCompatibility=false` adds the version all the same, with the number that it deserves.";
    ConnectorInUse = "connector-in-use", 409,
        "Live workflows use the connector",
        "live workflows use this connector",
        "`details` names them. Publish versions that use another connector, or disconnect it with `?force=true`: they will fail where they use it.";
    AssistantNotConnected = "assistant-not-connected", 409,
        "No language model is connected", "there is no connector of the type `openai-compatible` that may be used here",
        "Connect a provider of language models, or a server of your own that speaks the same protocol: “Connectors” in the app, or `POST /v1/connectors` with `\"type\": \"openai-compatible\"`. docs/assistant.md says what is sent to it.";
    AssistantWithoutModel = "assistant-without-model", 409, "Nothing says which model is asked", "nothing says which model is asked",
        "Name it as `model`, or in the data of the connector. `GET /v1/assistant/models` lists those of the provider.";
    AssistantUnanswered = "assistant-unanswered", 502,
        "The language model gave no answer", "the provider of the language model gave no answer that can be used",
        "The message says what came instead. Where credentials are refused, replace those of the connector; where a limit or a budget is used up, wait or raise it with the provider; else ask again, or another model. Nothing was carried out.";
    AssistantOff = "assistant-off", 409, "The assistant is off", "the assistant is turned off on this installation", "Its operator has set `assistant.seconds` to 0.";
    ConnectorRefuses = "connector-refuses", 409,
        "The connector cannot do this now",
        "the connector cannot do this now",
        "It waits for somebody to grant access, its access has ended, it names nothing by which it could be tested, or the order does not fit its type. The message says which.";
    OauthNotAwaited = "oauth-not-awaited", 400,
        "Nobody awaits this authorization",
        "nobody awaits this authorization",
        "Its `state` was not handed out here, was used before, or is older than ten minutes. Begin anew with `POST /v1/connectors/oauth/start`.";
    OrganizationNotFound = "organization-not-found", 404,
        "There is no such organization",
        "there is no organization with this id",
        "It was never founded, or the credential does not open it: both are answered alike. `GET /v1/organizations` lists those that it opens; `X-Org-ID` chooses among them.";
    MemberNotFound = "member-not-found", 404,
        "There is no such member",
        "the organization has no such member",
        "`GET /v1/organization/members` lists those there are.";
    RoleNotFound = "role-not-found", 404,
        "There is no such role",
        "the organization has no such role",
        "`GET /v1/organization/roles` lists those there are.";
    InvitationNotFound = "invitation-not-found", 404,
        "There is no such invitation",
        "there is no such invitation: it may have been used, revoked, or have expired",
        "An invitation can be accepted once, within 7 days, by the person whose address it names. Ask for a new one.";
    ServiceAccountNotFound = "service-account-not-found", 404,
        "There is no such service account",
        "the organization has no such service account",
        "`GET /v1/service-accounts` lists those there are.";
    ApiKeyNotFound = "api-key-not-found", 404,
        "There is no such key",
        "there is no API key with this id",
        "It never existed, or it belongs to another organization. `GET /v1/api-keys` lists those there are; the id of a key is not its text.";
    OrganizationRefuses = "organization-refuses", 409,
        "The organization refuses",
        "the organization cannot do this in its present state",
        "The message says why: a name is taken, a role is held, it is the last owner, or there are as many as there may be. Nothing was changed.";
    IdempotencyInFlight = "idempotency-in-flight", 409,
        "The same request is being carried out",
        "a request with this Idempotency-Key is being carried out",
        "Wait for its answer, or send the same request again after `Retry-After`.";
    IdempotencyMismatch = "idempotency-mismatch", 422,
        "The Idempotency-Key was used for another request",
        "this Idempotency-Key was used with another body",
        "A key stands for one request for 24 hours. Use a fresh key for a new request.";
    Contended = "contended", 409,
        "Others changed it at the same time",
        "others changed it each time that this order was decided",
        "Nothing was changed. Try again after `Retry-After`.";
    Busy = "busy", 429,
        "Too much at once",
        "the house has as much to do as it takes",
        "Nothing was changed. Try again after `Retry-After`, and more slowly.";
    RateLimited = "rate-limited", 429,
        "Too many requests",
        "more requests came than are taken from one sender",
        "Nothing was changed. Try again after `Retry-After`. `RateLimit-Limit`, `RateLimit-Remaining` and `RateLimit-Reset` (seconds) of each answer tell how many requests are left; the limits are counted by key and organization, and by address for requests that name nobody.";
    PositionNotReached = "position-not-reached", 503,
        "The view is behind",
        "the view did not reach the position within 5 seconds",
        "`minPosition` names a position that the view has not reached. Try again after `Retry-After`. A position that the ledger has not given out is an `invalid-query`.";
    PositionGone = "position-gone", 410,
        "The position is not in the stream any more",
        "the stream that this gateway reads does not go back to this position",
        "The gateway serves what NATS still keeps (`relay.keep_hours`). What is missing a server has, under the same positions: read `GET /v1/activity/stream` or `GET /v1/ledger/export?after=` there, and come back with the last position. The message says where the stream begins.";
    Unanswered = "unanswered", 503,
        "No answer in time",
        "the run's worker did not answer in time: the order may still be carried out",
        "Send the same request with the same `Idempotency-Key` again: it is carried out once.";
    Unavailable = "unavailable", 503,
        "Not available now",
        "something that this needs is away for the moment",
        "The database cannot be reached, or the server is starting or stopping. Try again after `Retry-After`.";
    RetentionRefuses = "retention-refuses", 409,
        "What is kept does not allow this",
        "what the organization keeps does not allow this as it is",
        "The message says why: there are as many holds as an organization may have.";
    HoldNotFound = "hold-not-found", 404,
        "There is no such hold",
        "there is no hold with this id",
        "It never existed, it was lifted, or it belongs to another organization. `GET /v1/retention` lists those that stand.";
    SegmentAway = "segment-away", 503,
        "Old history is elsewhere",
        "what was asked for has left the database, and this server does not see the files that have it",
        "Months of runs that are long over are kept in files (docs/retention.md). The server that answered was not told of their directory, or does not see it: its operator sets `retention.directory` to what all servers see. `chainkeel retention verify` says which files are missing.";
    Internal = "internal", 500,
        "Something failed inside",
        "something failed inside; the log has it under this request id",
        "This is a defect. Report it with the `requestId`.";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_is_listed_once_and_is_kebab_case() {
        let names: BTreeSet<_> = ALL.iter().map(|code| entry(*code).code).collect();
        assert_eq!(names.len(), ALL.len());
        assert!(names.iter().all(|name| name.bytes().all(|b| b == b'-' || b.is_ascii_lowercase())));
        assert_eq!(ALL.last().map(|code| *code as usize + 1), Some(ALL.len()));
    }

    #[test]
    fn every_status_is_an_error() {
        assert!(ALL.iter().all(|code| (400..600).contains(&entry(*code).status)));
    }
}
