//! The table of settings: the key in `chainkeel.toml`, the environment variable, what it does.

/// How the text of an environment variable is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// As it stands.
    Text,
    /// As it stands, and shown to nobody.
    Secret,
    /// A URL that may hold a password.
    SecretUrl,
    /// A whole number.
    Number,
    /// Values between commas.
    List,
}

/// One setting.
#[derive(Debug)]
pub struct Setting {
    /// Its key in `chainkeel.toml`; a dot leads into a table.
    pub key: &'static str,
    /// Its environment variable.
    pub variable: &'static str,
    /// How the variable is read.
    pub kind: Kind,
    /// What it does, in a sentence or two.
    pub about: &'static str,
}

/// Every setting there is.
pub const SETTINGS: &[Setting] = &[
    Setting {
        key: "listen",
        variable: "CHAINKEEL_LISTEN",
        kind: Kind::Text,
        about: "The address and port that the API is served on. Loopback only unless told \
                otherwise; port 0 takes a free one.",
    },
    Setting {
        key: "public_url",
        variable: "CHAINKEEL_PUBLIC_URL",
        kind: Kind::Text,
        about: "Where the outside reaches the API: the beginning of the webhook URLs that are \
                handed out. Without it, the address that is listened on.",
    },
    Setting {
        key: "data_dir",
        variable: "CHAINKEEL_DATA_DIR",
        kind: Kind::Text,
        about: "Where the private PostgreSQL of `chainkeel dev` and the hash of the admin key \
                are kept.",
    },
    Setting {
        key: "roles",
        variable: "CHAINKEEL_ROLES",
        kind: Kind::List,
        about: "What a process of `chainkeel serve` does: any of `api`, `worker`, `detector`, \
                `projector`, `relay`.",
    },
    Setting {
        key: "admin_key",
        variable: "CHAINKEEL_ADMIN_KEY",
        kind: Kind::Secret,
        about: "The admin key, instead of a generated one. At least 16 characters; take 32 \
                random ones.",
    },
    Setting {
        key: "database_url",
        variable: "DATABASE_URL",
        kind: Kind::SecretUrl,
        about: "The PostgreSQL database (15 or newer) that holds everything. Without it \
                `chainkeel dev` runs a private server.",
    },
    Setting {
        key: "database_connections",
        variable: "CHAINKEEL_DATABASE_CONNECTIONS",
        kind: Kind::Number,
        about: "The most connections that a pool of this process opens to PostgreSQL.",
    },
    Setting {
        key: "url",
        variable: "CHAINKEEL_URL",
        kind: Kind::Text,
        about: "The server that the client commands (`workflow`, `run`, …) talk to.",
    },
    Setting {
        key: "api_key",
        variable: "CHAINKEEL_API_KEY",
        kind: Kind::Secret,
        about: "The key that the client commands show to that server.",
    },
    Setting {
        key: "log.filter",
        variable: "CHAINKEEL_LOG_FILTER",
        kind: Kind::Text,
        about: "What is logged: a level, or levels by module as in `info,chainkeel::journal=debug`.",
    },
    Setting {
        key: "log.format",
        variable: "CHAINKEEL_LOG_FORMAT",
        kind: Kind::Text,
        about: "How log lines look: `text` for people, `json` for machines.",
    },
    Setting {
        key: "egress.allow",
        variable: "CHAINKEEL_EGRESS_ALLOW",
        kind: Kind::List,
        about: "Networks, perhaps with a port, that are refused by nature (private, loopback, …) \
                and that workflows may reach all the same: `10.1.0.0/16:8080`, `[fd00::/8]:443`.",
    },
    Setting {
        key: "rate_limits.per_address",
        variable: "CHAINKEEL_RATE_LIMITS_PER_ADDRESS",
        kind: Kind::Number,
        about: "How many requests a second one address (of IPv6: one /64) may send to a process, \
                and twice as many at once; 0 sets no limit, here and below.",
    },
    Setting {
        key: "rate_limits.per_stranger",
        variable: "CHAINKEEL_RATE_LIMITS_PER_STRANGER",
        kind: Kind::Number,
        about: "The same for requests that name nobody: public routes such as webhooks, and those \
                without a key.",
    },
    Setting {
        key: "rate_limits.per_login",
        variable: "CHAINKEEL_RATE_LIMITS_PER_LOGIN",
        kind: Kind::Number,
        about: "The same for requests that prove who somebody is: logging in, refreshing a session, \
                resetting a password.",
    },
    Setting {
        key: "rate_limits.per_key",
        variable: "CHAINKEEL_RATE_LIMITS_PER_KEY",
        kind: Kind::Number,
        about: "How many requests a second one key may send to a process.",
    },
    Setting {
        key: "rate_limits.per_organization",
        variable: "CHAINKEEL_RATE_LIMITS_PER_ORGANIZATION",
        kind: Kind::Number,
        about: "How many requests a second all keys of an organization may send to a process.",
    },
    Setting {
        key: "rate_limits.events_waiting",
        variable: "CHAINKEEL_RATE_LIMITS_EVENTS_WAITING",
        kind: Kind::Number,
        about: "From how many events of an organization on that wait to be delivered more are \
                refused. 0 sets no limit.",
    },
    Setting {
        key: "rate_limits.trusted_proxies",
        variable: "CHAINKEEL_RATE_LIMITS_TRUSTED_PROXIES",
        kind: Kind::List,
        about: "The networks of proxies whose `X-Forwarded-For` is believed: `10.0.0.0/8`. Without \
                them, all that comes through a proxy counts as the proxy's.",
    },
    Setting {
        key: "secrets.key",
        variable: "CHAINKEEL_SECRETS_KEY",
        kind: Kind::Secret,
        about: "The key-encryption key that wraps the data keys of all organizations: 32 random \
                bytes in base64, the same for all servers. Several between commas: the first \
                wraps, the others are still accepted, which is how it is rotated.",
    },
    Setting {
        key: "secrets.key_file",
        variable: "CHAINKEEL_SECRETS_KEY_FILE",
        kind: Kind::Text,
        about: "A file with those keys instead, a line each, for its owner alone. Without \
                either, `chainkeel dev` makes `secrets.key` in the data directory.",
    },
    Setting {
        key: "secrets.key_program",
        variable: "CHAINKEEL_SECRETS_KEY_PROGRAM",
        kind: Kind::Text,
        about: "A program that wraps and unwraps data keys by a KMS or an HSM instead, so that the \
                key-encryption key never is here: see docs/secrets.md. One of the three is set.",
    },
    Setting {
        key: "connectors.oauth_clients",
        variable: "CHAINKEEL_CONNECTORS_OAUTH_CLIENTS",
        kind: Kind::Secret,
        about: "As whom this installation is registered with providers: `type=id:secret`, with \
                commas between several, as in `gmail=1234.apps:GOCSPX-…`. Connectors of these types \
                need no client of their own.",
    },
    Setting {
        key: "assistant.seconds",
        variable: "CHAINKEEL_ASSISTANT_SECONDS",
        kind: Kind::Number,
        about: "How long a language model may take for one answer of the assistant, in seconds, 600 at \
                most; 0 turns the assistant off for all organizations.",
    },
    Setting {
        key: "prices.stork_url",
        variable: "CHAINKEEL_PRICES_STORK_URL",
        kind: Kind::Text,
        about: "The WebSocket of the Stork oracle, `wss://…/evm/subscribe`. Without it, and the \
                token and the key, triggers on prices do not fire.",
    },
    Setting {
        key: "prices.stork_token",
        variable: "CHAINKEEL_PRICES_STORK_TOKEN",
        kind: Kind::Secret,
        about: "The token that the oracle asks for, as it stands behind `Basic`.",
    },
    Setting {
        key: "prices.stork_key",
        variable: "CHAINKEEL_PRICES_STORK_KEY",
        kind: Kind::Text,
        about: "The address of the key with which Stork signs. A price that it did not sign does \
                not count.",
    },
    Setting {
        key: "prices.assets",
        variable: "CHAINKEEL_PRICES_ASSETS",
        kind: Kind::Text,
        about: "What limits in US dollars know the price of: `1:coin=ETHUSD,8453:0x…=USDCUSD/6`, the \
                chain's id, `coin` or a token's address, what Stork calls it, and of a token its \
                decimals. Without it such limits refuse. The process that signs needs it, too, and \
                the key.",
    },
    Setting {
        key: "chains.endpoints",
        variable: "CHAINKEEL_CHAINS_ENDPOINTS",
        kind: Kind::Secret,
        about: "The nodes that chains are read from: `chain=url`, with commas between several, as \
                in `base=https://one.example/v2/KEY,base=https://two.example`. A chain is named by \
                its name in docs/chains.md or by its number. They replace the public endpoints of \
                the chains that they name; two or three from different providers are best. A node \
                on a private address or on this machine is written by its address. The WebSocket on \
                which a node announces blocks may stand behind its URL, as in \
                `base=https://one.example/KEY|wss://one.example/KEY`.",
    },
    Setting {
        key: "signing.backend",
        variable: "CHAINKEEL_SIGNING_BACKEND",
        kind: Kind::Text,
        about: "Where new keys of wallets are made: `keystore` (sealed in the database, for \
                development), `pkcs11` (in a token), `turnkey` or `kms` (AWS): see docs/custody.md. \
                Without it, `chainkeel dev` takes a token of SoftHSM2 where that is installed, and \
                all else the keystore.",
    },
    Setting {
        key: "signing.socket",
        variable: "CHAINKEEL_SIGNING_SOCKET",
        kind: Kind::Text,
        about: "The socket of `chainkeel signer`, a process of its own that alone has the keys and asks the \
                policies by itself. Servers with this setting need none of the others about signing but \
                `signing.backend`.",
    },
    Setting {
        key: "signing.pkcs11.module",
        variable: "CHAINKEEL_SIGNING_PKCS11_MODULE",
        kind: Kind::Text,
        about: "The PKCS#11 module that the maker of the HSM ships, a `.so`. It is loaded into \
                processes of its own.",
    },
    Setting {
        key: "signing.pkcs11.token",
        variable: "CHAINKEEL_SIGNING_PKCS11_TOKEN",
        kind: Kind::Text,
        about: "The label of the token that holds the keys.",
    },
    Setting {
        key: "signing.pkcs11.pin",
        variable: "CHAINKEEL_SIGNING_PKCS11_PIN",
        kind: Kind::Secret,
        about: "The PIN of the token's user. A wrong one is told to the token once, not again.",
    },
    Setting {
        key: "signing.pkcs11.environment",
        variable: "CHAINKEEL_SIGNING_PKCS11_ENVIRONMENT",
        kind: Kind::List,
        about: "Variables that the module is given, as in `SOFTHSM2_CONF=/etc/softhsm2.conf`. It is \
                given no others.",
    },
    Setting {
        key: "signing.turnkey.base_url",
        variable: "CHAINKEEL_SIGNING_TURNKEY_BASE_URL",
        kind: Kind::Text,
        about: "Where Turnkey is. It is https; http only where the host is an address.",
    },
    Setting {
        key: "signing.turnkey.organization_id",
        variable: "CHAINKEEL_SIGNING_TURNKEY_ORGANIZATION_ID",
        kind: Kind::Text,
        about: "The parent organization at Turnkey, in which each organization gets a \
                sub-organization.",
    },
    Setting {
        key: "signing.turnkey.api_public_key",
        variable: "CHAINKEEL_SIGNING_TURNKEY_API_PUBLIC_KEY",
        kind: Kind::Text,
        about: "The public half of the API key (P-256) at Turnkey. It follows from the private \
                one; where it is set, the two are held against each other.",
    },
    Setting {
        key: "signing.turnkey.api_private_key",
        variable: "CHAINKEEL_SIGNING_TURNKEY_API_PRIVATE_KEY",
        kind: Kind::Secret,
        about: "The private half of the API key: 64 hexadecimal digits. Whoever has it can \
                have Turnkey sign.",
    },
    Setting {
        key: "signing.kms.region",
        variable: "CHAINKEEL_SIGNING_KMS_REGION",
        kind: Kind::Text,
        about: "The region of AWS in which KMS keeps the keys, as in `eu-central-1`.",
    },
    Setting {
        key: "signing.kms.endpoint",
        variable: "CHAINKEEL_SIGNING_KMS_ENDPOINT",
        kind: Kind::Text,
        about: "Where KMS is, if not where its region says: an endpoint in a network of your \
                own. It is https; http only where the host is an address.",
    },
    Setting {
        key: "signing.kms.access_key_id",
        variable: "CHAINKEEL_SIGNING_KMS_ACCESS_KEY_ID",
        kind: Kind::Text,
        about: "The id of the access key with which KMS is asked.",
    },
    Setting {
        key: "signing.kms.secret_access_key",
        variable: "CHAINKEEL_SIGNING_KMS_SECRET_ACCESS_KEY",
        kind: Kind::Secret,
        about: "The secret of that access key. Whoever has it can have KMS sign.",
    },
    Setting {
        key: "signing.kms.session_token",
        variable: "CHAINKEEL_SIGNING_KMS_SESSION_TOKEN",
        kind: Kind::Secret,
        about: "The token that comes along with an access key that was lent for a while. It is \
                not renewed.",
    },
    Setting {
        key: "proof.directory",
        variable: "CHAINKEEL_PROOF_DIRECTORY",
        kind: Kind::Text,
        about: "Where the copy of the signed log is kept, outside of the database: a disk that a \
                restored backup does not take along. Without it, `log` in the data directory.",
    },
    Setting {
        key: "proof.seconds",
        variable: "CHAINKEEL_PROOF_SECONDS",
        kind: Kind::Number,
        about: "How often a checkpoint of the ledger is signed while there is something new, in \
                seconds.",
    },
    Setting {
        key: "proof.origin",
        variable: "CHAINKEEL_PROOF_ORIGIN",
        kind: Kind::Text,
        about: "What the ledger is called in its checkpoints, as in `ledger.example.com/main`. It is \
                settled with the first checkpoint, and made up without this.",
    },
    Setting {
        key: "retention.directory",
        variable: "CHAINKEEL_RETENTION_DIRECTORY",
        kind: Kind::Text,
        about: "Where segments are: months of runs that have left the database. All processes that \
                read old runs must see the same files there. Without it, `segments` in the data \
                directory. See docs/retention.md.",
    },
    Setting {
        key: "retention.seal_after_days",
        variable: "CHAINKEEL_RETENTION_SEAL_AFTER_DAYS",
        kind: Kind::Number,
        about: "How many days after its end a month of runs leaves the database, 31 or more. \
                Without it, none leaves by itself.",
    },
    Setting {
        key: "retention.keep_detached_days",
        variable: "CHAINKEEL_RETENTION_KEEP_DETACHED_DAYS",
        kind: Kind::Number,
        about: "How many days the rows of a month are kept in the database after it has left, unread.",
    },
    Setting {
        key: "traces.endpoint",
        variable: "OTEL_EXPORTER_OTLP_ENDPOINT",
        kind: Kind::Text,
        about: "The collector that traces of runs are sent to (OTLP over HTTP in JSON), as in \
                `http://collector:4318`; `/v1/traces` is added. Without it nothing is traced. See \
                docs/traces.md.",
    },
    Setting {
        key: "traces.traces_endpoint",
        variable: "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        kind: Kind::Text,
        about: "The whole URL that traces are posted to, where it is another one.",
    },
    Setting {
        key: "traces.headers",
        variable: "OTEL_EXPORTER_OTLP_HEADERS",
        kind: Kind::Secret,
        about: "What the collector wants to see: `name=value`, with commas between several, in values \
                `%20` for a space, as in `authorization=Bearer%20KEY`.",
    },
    Setting {
        key: "traces.service_name",
        variable: "OTEL_SERVICE_NAME",
        kind: Kind::Text,
        about: "As what this process is known in traces.",
    },
    Setting {
        key: "traces.sampler",
        variable: "OTEL_TRACES_SAMPLER",
        kind: Kind::Text,
        about: "Of which runs there are traces: `always_on`, `always_off`, or `traceidratio` for a share of \
                them, the same in all processes. A run is the root of its trace, so that `parentbased_` \
                before one of these changes nothing.",
    },
    Setting {
        key: "traces.sampler_arg",
        variable: "OTEL_TRACES_SAMPLER_ARG",
        kind: Kind::Text,
        about: "The share, from 0 to 1.",
    },
    Setting {
        key: "projections.examine_seconds",
        variable: "CHAINKEEL_PROJECTIONS_EXAMINE_SECONDS",
        kind: Kind::Number,
        about: "How often one of the views, each in its turn, is held against a sample of the ledger, \
                in seconds; 0: never.",
    },
    Setting {
        key: "projections.mend",
        variable: "CHAINKEEL_PROJECTIONS_MEND",
        kind: Kind::Text,
        about: "What becomes of rows that differ from the ledger: `automatic` projects them again at \
                once and then builds the view anew, `by_hand` tells of them and leaves them.",
    },
    Setting {
        key: "projections.rebuild",
        variable: "CHAINKEEL_PROJECTIONS_REBUILD",
        kind: Kind::Text,
        about: "What becomes of a view that an older version of the program made: `automatic` builds \
                it anew beside the old one and puts it into service, `by_hand` waits for \
                `chainkeel projections rebuild`.",
    },
    Setting {
        key: "projections.rebuild_per_second",
        variable: "CHAINKEEL_PROJECTIONS_REBUILD_PER_SECOND",
        kind: Kind::Number,
        about: "How many events a second the house folds at most when it builds a view anew, so that live \
                traffic has the database; 0: as many as it can.",
    },
    Setting {
        key: "projections.rebuild_slower_by",
        variable: "CHAINKEEL_PROJECTIONS_REBUILD_SLOWER_BY",
        kind: Kind::Number,
        about: "By how many percent a small write of others may be slower, on average, while the house builds a \
                view anew: it feels that all the while, and rests as long as that wants; 0: by any.",
    },
    Setting {
        key: "relay.url",
        variable: "CHAINKEEL_RELAY_URL",
        kind: Kind::List,
        about: "The servers of NATS to whose JetStream the ledger is published: `nats://host:4222` or \
                `tls://host:4222`, several of one cluster with commas between. Without it nothing is relayed: \
                see docs/relay.md.",
    },
    Setting {
        key: "relay.credentials_file",
        variable: "CHAINKEEL_RELAY_CREDENTIALS_FILE",
        kind: Kind::Text,
        about: "A file with which the relay proves to NATS who it is, for its owner alone: credentials (`.creds`), the \
                seed of an nkey, `name:password`, or a token.",
    },
    Setting {
        key: "relay.ca_file",
        variable: "CHAINKEEL_RELAY_CA_FILE",
        kind: Kind::Text,
        about: "The certificate (PEM) of the authority that vouches for those servers, where it is none that the \
                system knows.",
    },
    Setting {
        key: "relay.stream",
        variable: "CHAINKEEL_RELAY_STREAM",
        kind: Kind::Text,
        about: "The stream that takes the ledger. It is made where it is missing; each installation has its own.",
    },
    Setting {
        key: "relay.replicas",
        variable: "CHAINKEEL_RELAY_REPLICAS",
        kind: Kind::Number,
        about: "On how many servers the stream is kept: 1 to 5, and no more than the cluster has.",
    },
    Setting {
        key: "relay.keep_hours",
        variable: "CHAINKEEL_RELAY_KEEP_HOURS",
        kind: Kind::Number,
        about: "How long the stream keeps an event, in hours; 0: for ever. The ledger keeps them all.",
    },
    Setting {
        key: "relay.keep_bytes",
        variable: "CHAINKEEL_RELAY_KEEP_BYTES",
        kind: Kind::Number,
        about: "How much the stream keeps, in bytes; beyond it the oldest events go. 0: without a bound.",
    },
    Setting {
        key: "gateway.keys",
        variable: "CHAINKEEL_GATEWAY_KEYS",
        kind: Kind::Text,
        about: "Where `chainkeel gateway` finds the public keys of tokens: the URL of a server's \
                `/.well-known/jwks.json`, or a file with what stands there. See docs/gateway.md.",
    },
];
