import os
os.chdir('')
def sub(p,*pairs):
    s=open(p).read()
    for a,b in pairs:
        assert a in s,(p,a)
        s=s.replace(a,b,1)
    open(p,'w').write(s)
sub('src/triggers/mod.rs',('pub mod schedule;\n','pub mod price;\npub mod schedule;\n'))
sub('src/triggers/kind.rs',('    &Scheduled("cronjob"),\n','    &Scheduled("cronjob"),\n    &TokenPrice,\n'),('[&dyn Kind; 4]','[&dyn Kind; 5]'),('use super::schedule::Scheduled;\n','use super::price::TokenPrice;\nuse super::schedule::Scheduled;\n'))
sub('src/catalog/registry.rs',('[&str; 33]','[&str; 34]'),('''    include_str!("../../catalog/trigger/webhook.json"),
''','''    include_str!("../../catalog/trigger/token-price-cexes.json"),
    include_str!("../../catalog/trigger/webhook.json"),
'''))
sub('src/egress/mod.rs',('mod redirect;\n','mod redirect;\nmod socket;\n'),('pub use guard::Refusal;\n','pub use guard::Refusal;\npub use socket::{Socket, SocketError};\n'),('//! The one door for outbound HTTP.','//! The one door for outbound HTTP and WebSockets.'))
sub('src/egress/client.rs',('''    /// Sends a request and takes its response''','''    /// What judges where a connection may go.
    pub(super) fn guard(&self) -> &Guard {
        &self.0.guard
    }

    /// Sends a request and takes its response'''))
sub('src/journal/mod.rs',('mod pool;\n','mod pool;\nmod prices;\n') if 'mod pool;\n' in open('src/journal/mod.rs').read() and 'pub mod pool;\n' not in open('src/journal/mod.rs').read() else ('pub mod pool;\n','pub mod pool;\nmod prices;\n'),('pub use reactions::','pub use prices::PriceMark;\npub use reactions::'))
sub('src/actors/detector/mod.rs',('mod gate;\n','mod gate;\nmod office;\nmod price_watch;\n'),)
s=open('src/actors/detector/mod.rs').read().rstrip()+'\npub use price_watch::PriceWatch;\n'; open('src/actors/detector/mod.rs','w').write(s)
# tower
p='src/actors/detector/clock_tower/tower.rs'; s=open(p).read()
i=s.index('        let mut standing = self.standing.clone();\n        loop {'); j=s.index('    async fn tend(')
s=s[:i]+'''        hold(OFFICE, self.standing.clone(), stop, async |leases| self.tend(leases).await).await
    }

'''+s[j:]
s=s.replace('''        let (kind, key) = LEASE;
        while leases.acquire(kind, key).await?.is_none() {
            sleep(CANDIDACY).await;
        }
''','').replace('''/// The kind and the key of the lease under which one process fires schedules.
const LEASE: (&str, &str) = ("detector", "schedules");
/// How often a process that does not fire asks whether it should.
const CANDIDACY: Duration = Duration::from_secs(1);
''','''/// The office that one process holds.
const OFFICE: Office = Office("schedules");
''').replace('use crate::actors::detector::Gate;\n','use crate::actors::detector::Gate;\nuse crate::actors::detector::office::{Office, hold};\n').replace('''        tracing::debug!(cursors = cursors.len(), "this process fires schedules");
''','')
open(p,'w').write(s)
# config
sub('src/config/values.rs',('    pub connectors: connectors::Config,\n','    pub connectors: connectors::Config,\n    pub prices: price::Config,\n'),('            connectors: connectors::Config::default(),\n','            connectors: connectors::Config::default(),\n            prices: price::Config::default(),\n'),('use crate::primitives::Secret;\n','use crate::primitives::Secret;\nuse crate::triggers::price;\n'))
sub('src/config/settings.rs',('''                need no client of their own.",
    },
''','''                need no client of their own.",
    },
    Setting {
        key: "prices.stork_url",
        variable: "CHAINKEEL_PRICES_STORK_URL",
        kind: Kind::Text,
        about: "The WebSocket of the Stork oracle, `wss://…/evm/subscribe`. Without it, and the \\
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
        about: "The address of the key with which Stork signs. A price that it did not sign does \\
                not count.",
    },
'''))
sub('src/config/document.rs',('''            ["admin_key", "api_key", "database_url", "secrets.key", "connectors.oauth_clients"];''','''            ["admin_key", "api_key", "database_url", "secrets.key", "connectors.oauth_clients", "prices.stork_token"];'''))
s=open('.env.example').read().rstrip('\n')+'''

# Where prices come from that start runs: the WebSocket of the Stork oracle, its token, and the
# address of the key with which it signs.
#CHAINKEEL_PRICES_STORK_URL=wss://…/evm/subscribe
#CHAINKEEL_PRICES_STORK_TOKEN=
#CHAINKEEL_PRICES_STORK_KEY=0x…
'''
open('.env.example','w').write(s)
# plan
sub('src/app/plan.rs',('''    /// The time.
    pub clock''','''    /// Where prices come from.
    pub prices: Option<Feed>,
    /// The time.
    pub clock'''),('            clock: Arc::new(SystemClock),','            prices: config.prices.feed()?,\n            clock: Arc::new(SystemClock),'),('use crate::secrets::KeySource;\n','use crate::secrets::KeySource;\nuse crate::triggers::price::Feed;\n'))
sub('src/cli/bench/session.rs',('            clock: Arc::new(SystemClock),','            prices: None,\n            clock: Arc::new(SystemClock),'))
sub('src/app/rooms.rs',('    pub(super) gate: Gate,\n','    pub(super) gate: Gate,\n    pub(super) egress: Egress,\n'),('            desk,\n            gate,\n','            desk,\n            gate,\n            egress,\n'))
sub('src/app/parts.rs',('''        self.watch(Watch::new("clock tower", move |stop| tower.clone().run(stop))).await
    }
''','''        self.watch(Watch::new("clock tower", move |stop| tower.clone().run(stop))).await?;
        let Some(feed) = self.plan.prices.clone() else { return Ok(()) };
        let prices = PriceWatch {
            feed,
            egress: self.rooms.egress.clone(),
            index: Arc::clone(&self.rooms.index),
            gate: self.rooms.gate.clone(),
            journal: self.rooms.journal.clone(),
            standing: standing.clone(),
            clock: Arc::clone(&self.rooms.clock),
        };
        self.watch(Watch::new("price watch", move |stop| prices.clone().run(stop))).await
    }
'''),('detector::ClockTower;','detector::{ClockTower, PriceWatch};'))
sub('tests/it/architecture/floors.rs',('''            "telemetry",
            "http",
            "actors",
            "connectors",
            "journal",''','''            "telemetry",
            "http",
            "actors",
            "connectors",
            "triggers",
            "journal",'''))
sub('tests/it/scenarios/mod.rs',('mod payouts;\n','mod payouts;\nmod prices;\n'))
sub('tests/it/support/mod.rs',('app_at,','app_at, app_that_hears,'))
sub('tests/it/support/app.rs',('''    opened_at(&[], rates::Config::default(), test_keys(), clock).await
}
''','''    opened_at(&[], rates::Config::default(), test_keys(), clock, None).await
}

/// A fresh application that hears prices from a peer at this address.
pub(crate) async fn app_that_hears(prices: Feed, peer: SocketAddr) -> TestApp {
    let (opening, clock) = (format!("{}/32:{}", peer.ip(), peer.port()), Arc::new(SystemClock));
    opened_at(&[opening], rates::Config::default(), test_keys(), clock, Some(prices)).await
}
'''),('''    opened_at(openings, rate_limits, keys, Arc::new(SystemClock)).await''','''    opened_at(openings, rate_limits, keys, Arc::new(SystemClock), None).await'''),('''    clock: Arc<dyn Clock>,
) -> TestApp {
    let allow''','''    clock: Arc<dyn Clock>,
    prices: Option<Feed>,
) -> TestApp {
    let allow'''),('''        clock,
''','''        prices,
        clock,
'''),('use std::net::TcpListener;','use std::net::{SocketAddr, TcpListener};'),('use chainkeel::secrets::','use chainkeel::triggers::price::Feed;\nuse chainkeel::secrets::'))
sub('CHANGELOG.md',('''### Added

''','''### Added

- Prices: the trigger `token-price-cexes`, and a `wait` for it, fire on prices that the Stork oracle signs: above,
  below, equal, crossings, change in percent over a window, with hysteresis and `maxTriggers`, once a crossing
  through restarts (`docs/prices-of-tokens.md`). Outbound WebSockets go through the same guard as HTTP.
'''))
sub('src/app/house.rs',('    Clients(#[from] InvalidClients),\n','    Clients(#[from] InvalidClients),\n    /// The source of prices.\n    #[error("reading where prices come from")]\n    Prices(#[from] InvalidFeed),\n'),('use crate::connectors::InvalidClients;\n','use crate::connectors::InvalidClients;\nuse crate::triggers::price::InvalidFeed;\n'))
