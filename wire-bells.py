import os,json,shutil
os.chdir('/work/wt/webhooks')
def sub(p,*pairs):
    s=open(p).read()
    for a,b in pairs:
        if a not in s: print('MISSING',p,repr(a[:150])); continue
        s=s.replace(a,b,1)
    open(p,'w').write(s)
shutil.copy('/tmp/w2/b/bell.rs','src/triggers/source/bell.rs')
shutil.copy('/tmp/w2/b/ringer.rs','src/actors/detector/ringer.rs')
shutil.copy('/tmp/w2/b/stream_bells.rs','tests/it/scenarios/stream_bells.rs')
sub('src/catalog/mod.rs',('Asked, By,','Asked, Bell, By,'))
sub('src/catalog/source.rs',('''    /// Where an item has its id.
    pub id: String,''','''    /// Where an item has its id; several places, with spaces between them, where it takes all of
    /// them to tell items apart.
    pub id: String,'''),('''    /// How often it is asked, in seconds.
    pub interval_seconds: u32,
}
''','''    /// How often it is asked, in seconds.
    pub interval_seconds: u32,
    /// What says that it is worth asking at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bell: Option<Bell>,
}

/// A stream of messages that says when it is worth asking at once. What starts runs is what is
/// asked then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Bell {
    /// The WebSocket.
    pub url: String,
    /// What is sent to be told; the text `{names}` in it is the list of what is listened to.
    pub subscribe: Value,
    /// What is sent now and then.
    pub ping: String,
    /// How often, in seconds.
    pub ping_seconds: u32,
    /// After how many seconds without a frame the connection is made anew, whatever is answered to
    /// pings.
    pub silence_seconds: u32,
    /// The setting of the trigger that is the list of what it listens to.
    pub names: String,
    /// What stands in a frame that counts.
    #[serde(default, rename = "where")]
    pub wanted: BTreeMap<String, String>,
    /// Where a frame says what it is about.
    pub name: String,
}
'''),('[&str; 13]','[&str; 17]'),('    include_str!("../../catalog/sources/rss','\n'.join('    include_str!("../../catalog/sources/polymarket-%s.json"),'%n for n in ['market-close','market-trade','new-market','user-bet'])+'\n    include_str!("../../catalog/sources/rss'))
sub('src/triggers/source/mod.rs',('mod cursor;\n','mod bell;\nmod cursor;\n'),('pub use cursor::Cursor;\n','pub use bell::Rung;\npub use cursor::Cursor;\n'))
sub('src/triggers/source/poll.rs',('''    place::text(item, path).filter(|id| !id.is_empty() && id.len() <= MAX_ID)
''','''    let parts = path.split_whitespace().map(|path| place::text(item, path));
    let id = parts.collect::<Option<Vec<_>>>()?.join(":");
    (!id.is_empty() && id.len() <= MAX_ID).then_some(id)
'''))
sub('src/actors/detector/mod.rs',('mod price_watch;\n','mod price_watch;\nmod ringer;\n'),('pub use price_watch::PriceWatch;\n','pub use price_watch::PriceWatch;\npub use ringer::Ringer;\n'))
sub('src/actors/detector/poller.rs',
('''/// When a workflow's version is asked for again.
type Due = HashMap<WorkflowId, (u32, OffsetDateTime)>;
''','''/// What is known of when a workflow's source is to be asked.
struct Due {
    version: u32,
    next_at: OffsetDateTime,
    asked_at: OffsetDateTime,
}

/// Why it is asked now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    /// It is time.
    Rhythm,
    /// A bell rang.
    Rung,
}
'''),
('''    async fn ask_all(&self, leases: &Leases, stop: &CancellationToken) -> Result<(), Error> {
        let (mut due, mut asked) = (Due::new(), HashSet::new());
        let mut under_way: FuturesUnordered<BoxFuture<'_, (WorkflowId, u32, OffsetDateTime)>> =
            FuturesUnordered::new();
''','''    async fn ask_all(&self, leases: &Leases, stop: &CancellationToken) -> Result<(), Error> {
        let (rings, rung) = mpsc::channel(RINGS);
        let (index, egress) = (Arc::clone(&self.index), self.egress.clone());
        let ringer = Ringer { index, egress, rung: rings };
        let ringing = Source::all().filter_map(|source| match &source.by {
            By::Poll(asked) => Some(ringer.listen(&source.kind, asked.bell.as_ref()?)),
            By::Webhook(_) => None,
        });
        tokio::select! {
            ended = self.ask_in_turn(leases, stop, rung) => ended,
            _ = join_all(ringing) => Ok(()),
        }
    }

    async fn ask_in_turn(
        &self,
        leases: &Leases,
        stop: &CancellationToken,
        mut rung: mpsc::Receiver<WorkflowId>,
    ) -> Result<(), Error> {
        let mut due: HashMap<WorkflowId, Due> = HashMap::new();
        let (mut asked, mut hurried) = (HashSet::new(), HashSet::new());
        let mut under_way: FuturesUnordered<BoxFuture<'_, (WorkflowId, Due)>> =
            FuturesUnordered::new();
'''),
('''                        let is_due = due.get(&workflow).is_none_or(|(version, next)| {
                            *version != subscription.version || *next <= now
                        });
                        if under_way.len() < SIDE_BY_SIDE && is_due && asked.insert(workflow) {
                            under_way.push(Box::pin(self.turn(workflow, subscription)));
                        }
''','''                        let known = due.get(&workflow);
                        let is_due = known.is_none_or(|due| {
                            due.version != subscription.version || due.next_at <= now
                        });
                        let is_rung = hurried.contains(&workflow)
                            && known.is_none_or(|due| now - due.asked_at >= MIN_PAUSE);
                        if under_way.len() < SIDE_BY_SIDE
                            && (is_due || is_rung)
                            && asked.insert(workflow)
                        {
                            let why = if is_rung { Why::Rung } else { Why::Rhythm };
                            hurried.remove(&workflow);
                            under_way.push(Box::pin(self.turn(workflow, subscription, why)));
                        }
'''),
('''                Some((workflow, version, next)) = under_way.next() => {
                    asked.remove(&workflow);
                    due.insert(workflow, (version, next));
                }
''','''                Some((workflow, then)) = under_way.next() => {
                    asked.remove(&workflow);
                    due.insert(workflow, then);
                }
                Some(workflow) = rung.recv() => {
                    hurried.insert(workflow);
                }
'''),
('''        subscription: Arc<Subscription>,
    ) -> (WorkflowId, u32, OffsetDateTime) {
        let next = match self.poll(workflow, &subscription).await {''','''        subscription: Arc<Subscription>,
        why: Why,
    ) -> (WorkflowId, Due) {
        let next_at = match self.poll(workflow, &subscription, why).await {'''),
('''        (workflow, subscription.version, next)
''','''        let (version, asked_at) = (subscription.version, self.clock.now());
        (workflow, Due { version, next_at, asked_at })
'''),
('''        subscription: &Subscription,
    ) -> Result<OffsetDateTime, crate::sources::Error> {''','''        subscription: &Subscription,
        why: Why,
    ) -> Result<OffsetDateTime, crate::sources::Error> {'''),
('''            && before.next_at > now
        {''','''            && before.next_at > now
            // A source that fails is left alone, whoever rings.
            && (why == Why::Rhythm || before.failures > 0)
        {'''),
('''/// How many sources are asked at a time.''','''/// How many rings may wait, and how long a source is left alone at least between two questions.
const RINGS: usize = 1_024;
const MIN_PAUSE: Duration = Duration::from_secs(2);
/// How many sources are asked at a time.'''),
('use tokio::sync::watch;','use tokio::sync::{mpsc, watch};'),('use futures::future::BoxFuture;','use futures::future::{BoxFuture, join_all};'),('use super::{Firing, Gate};','use super::{Firing, Gate, Ringer};'))
sub('tests/it/scenarios/mod.rs',('mod sources;\n','mod sources;\nmod stream_bells;\n'))
sub('CHANGELOG.md',('transactions of an address on Solana, RSS','Polymarket (trades, which a WebSocket hastens, bets, new and closed markets),\n  transactions of an address on Solana, RSS'))
sub('docs/adding-a-source.md',('''**For both**,''','''`bell` names a WebSocket that says when it is worth asking at once: what is sent to `subscribe` (`{names}` is the list in the setting that `names` names), which frames count (`where`), and where one says what it is about (`name`). What starts runs is what is asked then, so that a frame that is lost, repeated or invented starts nothing. After `silenceSeconds` without a frame, whatever is answered to pings, the connection is made anew, and everybody is asked.

**For both**,'''))
sub('docs/architecture.md',('an hour where `Retry-After` says so |','an hour where `Retry-After` says so; streams that ring for 500 names, with a question each 2 s at most |'))
def out(name,d):
    json.dump(d,open('catalog/sources/%s.json'%name,'w'),indent=2); open('catalog/sources/%s.json'%name,'a').write('\n')
def result(props): 
    return {"type":"object","required":["body"],"properties":{"body":{"type":"object","description":"What a run is told, `{{$trigger.body}}`.","properties":{k:{"description":v} for k,v in props.items()}},"source":{"type":"string","description":"Where it came from."}}}
trade={"proxyWallet":"0x56687bf447db6ffa42ffe2204a05edaa20f55839","side":"BUY","asset":"6581861","conditionId":"0xdd22472e552920b8438158ea7238bfadfa4f736aa4cee91a6b86c39ead110917","size":12.5,"price":0.45,"timestamp":1764370000,"title":"Will it rain?","outcome":"Yes","transactionHash":"0xabc1"}
tf={"transactionHash":"/transactionHash","wallet":"/proxyWallet","side":"/side","asset":"/asset","market":"/conditionId","outcome":"/outcome","size":"/size","price":"/price","timestamp":"/timestamp"}
td={"transactionHash":"The transaction on Polygon.","wallet":"Who traded.","side":"`BUY` or `SELL`.","asset":"The token of the outcome.","market":"The market's condition id.","outcome":"The outcome.","size":"How many shares.","price":"The price of one.","timestamp":"When, in seconds since 1970.","raw":"The trade as Polymarket tells it."}
def body(f,item):
    b={k:item.get(p[1:]) for k,p in f.items()}; b["raw"]=item; return b
ID="/transactionHash /asset /proxyWallet"
tid="0xabc1:6581861:0x56687bf447db6ffa42ffe2204a05edaa20f55839"
cond={"type":"string","pattern":"^0x[0-9a-fA-F]{64}$","description":"The market's condition id.","examples":[trade["conditionId"]]}
out('polymarket-market-trade',{"type":"polymarket-market-trade","name":"Polymarket trade","description":"Starts a run for every trade in a market of Polymarket. With the ids of its outcomes' tokens in `assetIds` the run starts within seconds of the trade.","tags":["start","polymarket","market"],
"by":{"kind":"poll","url":"https://data-api.polymarket.com/trades?market={market}&limit=500","items":"","id":ID,"cursor":{"kind":"seen"},"intervalSeconds":30,
"bell":{"url":"wss://ws-subscriptions-clob.polymarket.com/ws/market","subscribe":{"assets_ids":"{names}","type":"market"},"ping":"PING","pingSeconds":10,"silenceSeconds":120,"names":"assetIds","where":{"/event_type":"last_trade_price"},"name":"/asset_id"}},
"fields":tf,"payloadSchema":{"type":"object","additionalProperties":False,"required":["market"],"properties":{"market":cond,"assetIds":{"type":"array","maxItems":20,"items":{"type":"string","pattern":"^[0-9]{1,80}$"},"description":"The tokens of its outcomes, whose stream is listened to.","examples":[["6581861"]]}}},
"resultSchema":result(td),"example":{"settings":{"market":trade["conditionId"],"assetIds":["6581861"]},"told":[trade],"ids":[tid],"body":body(tf,trade)}})
out('polymarket-user-bet',{"type":"polymarket-user-bet","name":"Polymarket bet","description":"Starts a run for every trade of a user of Polymarket.","tags":["start","polymarket","market"],
"by":{"kind":"poll","url":"https://data-api.polymarket.com/trades?user={wallet}&takerOnly=false&limit=500","items":"","id":ID,"cursor":{"kind":"seen"},"intervalSeconds":15},
"fields":tf,"payloadSchema":{"type":"object","additionalProperties":False,"required":["wallet"],"properties":{"wallet":{"type":"string","pattern":"^0x[0-9a-fA-F]{40}$","description":"The user's wallet on Polymarket.","examples":[trade["proxyWallet"]]}}},
"resultSchema":result(td),"example":{"settings":{"wallet":trade["proxyWallet"]},"told":[trade],"ids":[tid],"body":body(tf,trade)}})
market={"id":"512000","question":"Will it rain?","conditionId":trade["conditionId"],"slug":"will-it-rain","outcomes":"[\"Yes\", \"No\"]","outcomePrices":"[\"0.45\", \"0.55\"]","clobTokenIds":"[\"6581861\", \"6581862\"]","createdAt":"2026-11-28T12:00:00Z","closed":False}
mf={"marketId":"/id","question":"/question","market":"/conditionId","slug":"/slug","outcomes":"/outcomes","outcomePrices":"/outcomePrices"}
md={"marketId":"Polymarket's number of it.","question":"What it is about.","market":"Its condition id.","slug":"Its name in URLs.","outcomes":"Its outcomes, a list as text.","outcomePrices":"Their prices, a list as text.","raw":"The market as Polymarket tells it."}
out('polymarket-new-market',{"type":"polymarket-new-market","name":"New market on Polymarket","description":"Starts a run for every new market of Polymarket.","tags":["start","polymarket","market"],
"by":{"kind":"poll","url":"https://gamma-api.polymarket.com/markets?order=createdAt&ascending=false&limit=100","items":"","id":"/id","cursor":{"kind":"newest","path":"/id","start":"0"},"intervalSeconds":30},
"fields":mf,"payloadSchema":{"type":"object","additionalProperties":False,"properties":{}},"resultSchema":result(md),"example":{"settings":{},"told":[market],"ids":["512000"],"body":body(mf,market)}})
closed=dict(market,closed=True,closedTime="2026-11-28T18:00:00Z",outcomePrices="[\"1\", \"0\"]")
out('polymarket-market-close',{"type":"polymarket-market-close","name":"Polymarket market closed","description":"Starts a run when a market of Polymarket closes.","tags":["start","polymarket","market"],
"by":{"kind":"poll","url":"https://gamma-api.polymarket.com/markets?condition_ids={market}&closed=true","items":"","id":"/id","cursor":{"kind":"seen"},"intervalSeconds":30},
"where":{"/conditionId":["{market}"]},
"fields":mf,"payloadSchema":{"type":"object","additionalProperties":False,"required":["market"],"properties":{"market":cond}},"resultSchema":result(md),"example":{"settings":{"market":trade["conditionId"]},"told":[closed],"ids":["512000"],"body":body(mf,closed)}})
p=json.load(open('catalog/prices.json'))
for n in ['market-close','market-trade','new-market','user-bet']: p[-1]['prices']['polymarket-'+n]=1
p[-1]['prices']=dict(sorted(p[-1]['prices'].items()))
json.dump(p,open('catalog/prices.json','w'),indent=2); open('catalog/prices.json','a').write('\n')
