import re,json
def sub(p,*pairs):
    s=open(p).read()
    for a,b in pairs:
        assert a in s,(p,a)
        s=s.replace(a,b,1)
    open(p,'w').write(s)
sub('src/lib.rs',('pub mod journal;','pub mod journal;\npub mod sources;'))
s=open('src/catalog/mod.rs').read()
print(s)
sub('src/catalog/mod.rs',('mod spec;','mod source;\nmod spec;'))
open('src/catalog/mod.rs','a').write('pub use source::{Asked, By, Format, Newness, Pages, Recorded, Sent, Source};\n')
sub('src/catalog/registry.rs',('''        let entries = MANIFESTS.map(|manifest| {
            let entry = Entry::read(manifest);
            (entry.spec.kind.clone(), entry)
        });
        Self { entries: entries.into() }''','''        let manifests = MANIFESTS.iter().map(|manifest| Entry::read(manifest));
        let entries = manifests.chain(Source::all().map(|source| Entry::of(source.spec())));
        Self { entries: entries.map(|entry| (entry.spec.kind.clone(), entry)).collect() }'''),
('''        let spec: Spec = serde_json::from_str(manifest)
            .expect("embedded manifests have the form of a Spec: a test reads them all");
''','''        let spec: Spec = serde_json::from_str(manifest)
            .expect("embedded manifests have the form of a Spec: a test reads them all");
        Self::of(spec)
    }

    fn of(spec: Spec) -> Self {
'''),('use super::{Schema, Spec, Stage};','use super::{Schema, Source, Spec, Stage};'))
p=json.load(open('catalog/prices.json'))
import glob,os
for f in glob.glob('catalog/sources/*.json'):
    p[-1]['prices'][os.path.basename(f)[:-5]]=1
p[-1]['prices']=dict(sorted(p[-1]['prices'].items()))
json.dump(p,open('catalog/prices.json','w'),indent=2); open('catalog/prices.json','a').write('\n')
sub('src/triggers/mod.rs',('pub mod signature;','pub mod signature;\npub mod source;'))
sub('src/triggers/kind.rs',('KINDS.iter().copied().find(|kind| kind.name() == name)','let listed = KINDS.iter().copied().find(|kind| kind.name() == name);\n    listed.or_else(|| source::kind_of(name))'))
s=open('src/triggers/kind.rs').read()
s=s.replace('use super::Key;\n','use super::Key;\nuse super::source;\n',1)
s=re.sub(r'assert_eq!\(listed, KINDS.iter\(\).map\(\|kind\| kind.name\(\)\).collect\(\)\);','let files = catalog::Source::all().map(|source| source.kind.as_str());\n        assert_eq!(listed, KINDS.iter().map(|kind| kind.name()).chain(files).collect());',s)
open('src/triggers/kind.rs','w').write(s)
sub('src/triggers/webhook/settings.rs',('''            _ => None,
        }
    }
''','''            kind => match &Source::named(kind)?.by {
                By::Webhook(sent) => Some(read(&json!({"signature": sent.signature}))),
                By::Poll(_) => None,
            },
        }
    }
'''),('''/// The type of connector that a trigger takes; none where it takes none.
pub fn connector_of(kind: &str) -> Option<&'static str> {
    (kind == "webhook").then_some(SECRETS)
}''','''/// The type of connector that a trigger takes; none where it takes none.
pub fn connector_of(kind: &str) -> Option<&'static str> {
    if kind == "webhook" {
        return Some(SECRETS);
    }
    Source::named(kind)?.connector.as_deref()
}'''),('use serde_json::Value;\n','use serde_json::{Value, json};\n'),('use crate::triggers::signature','use crate::catalog::{By, Source};\nuse crate::triggers::signature'))
sub('src/triggers/webhook/settings.rs',('mod tests {\n    use serde_json::json;\n\n','mod tests {\n'))
sub('src/http/connectors/check.rs',('''    let verifies = &*node.kind == "webhook" && !node.payload["signature"].is_null();
    verifies.then(|| {
        let kind = webhook::SECRETS;
        format!("signatures are verified with a connector of the type \\"{kind}\\": name one here")
    })''','''    let unsigned = &*node.kind == "webhook" && node.payload["signature"].is_null();
    let kind = webhook::connector_of(&node.kind).filter(|_| !unsigned)?;
    Some(format!("\\"{}\\" takes a connector of the type \\"{kind}\\": name one here", node.kind))'''))
# inbound
open('src/http/inbound/sift.rs','w').write('''//! What of a delivery a run is told, where its trigger is a file.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::{Json, Node};

use crate::catalog::{By, Source};
use crate::http::problem::{Code, Problem};
use crate::triggers::source::of_delivery;

/// The kind of trigger that a run of this root is told of.
pub(super) fn kind_of(root: Option<&Node>) -> String {
    let source = root.and_then(|root| Source::named(&root.kind));
    source.map_or_else(|| "webhook".to_owned(), |source| source.kind.clone())
}

/// What a run is told; nothing where the delivery is none that its trigger asks for.
pub(in crate::http) fn sift(
    root: Option<&Node>,
    headers: &BTreeMap<String, String>,
    body: Json,
) -> Result<Option<Json>, Problem> {
    let source = root.and_then(|root| Some((root, Source::named(&root.kind)?)));
    let Some((root, source)) = source else { return Ok(Some(body)) };
    let By::Webhook(sent) = &source.by else { return Ok(None) };
    let item = of_delivery(source, sent, &root.payload, headers, &body);
    let item = item.map_err(|wrong| Problem::new(Code::InvalidBody).because(wrong))?;
    Ok(item.map(Arc::new))
}
''')
sub('src/http/inbound/mod.rs',('mod reply;','mod reply;\nmod sift;'),('pub(in crate::http) use body::read as body;','pub(in crate::http) use body::read as body;\npub(in crate::http) use sift::sift;'))
sub('src/http/inbound/receive.rs',('''        self.fire(api, request, delivery, id, body).await
''','''        let sifted = sift::sift(self.definition.root(), &delivery.headers, body);
        match sifted.map_err(Turned::openly)? {
            Some(body) => self.fire(api, request, delivery, id, body).await,
            None => {
                let reason = "it is none of those that the trigger asks for".to_owned();
                Ok(Verdict::Skipped { told: "ignored", reason })
            }
        }
'''),('            kind: "webhook".to_owned(),\n            source: "webhook".to_owned(),','            kind: sift::kind_of(self.definition.root()),\n            source: "webhook".to_owned(),'),
('use super::{body, cover, reply, verify};','use super::{body, cover, reply, sift, verify};'))
sub('src/http/inbound/reply.rs',('`repeated`, `listening`.','`repeated`, `listening`, `ignored`.'))
sub('src/http/deliveries/replay.rs',('    let read = read(&settings, &delivery)?;\n','''    let read = inbound::sift(root, &delivery.headers, read(&settings, &delivery)?)?;
    let Some(read) = read else {
        let message = "the delivery is none of those that its trigger asks for";
        return Err(Problem::new(Code::WorkflowRefuses).because(message));
    };
'''))
sub('src/http/deliveries/mod.rs',('mod replay;','mod replay;\nmod source;'),('pub use replay::{__path_replay, replay};','pub use replay::{__path_replay, replay};\npub use source::{__path_source, source};'))
sub('src/http/routes.rs',('    POST   "/v1/workflows/{id}/listen" ','    GET    "/v1/workflows/{id}/source"                        May(RunsRead)               deliveries::source;\n    POST   "/v1/workflows/{id}/listen" '))
sub('src/http/openapi.rs',('        deliveries::listen,\n','        deliveries::source,\n        deliveries::listen,\n'))
sub('src/http/api.rs',('    pub deliveries: Deliveries,\n','    pub deliveries: Deliveries,\n    /// How far sources were read that are asked.\n    pub cursors: Cursors,\n'),('use crate::triggers::TriggerIndex;','use crate::sources::Cursors;\nuse crate::triggers::TriggerIndex;'))
sub('src/app/api.rs',('        deliveries: rooms.deliveries.clone(),\n','        deliveries: rooms.deliveries.clone(),\n        cursors: rooms.cursors.clone(),\n'))
sub('src/app/rooms.rs',('    pub(super) deliveries: Deliveries,\n','    pub(super) deliveries: Deliveries,\n    pub(super) cursors: Cursors,\n    pub(super) egress: Egress,\n'),
 ('            deliveries: Deliveries::new(pool.clone()),\n','            deliveries: Deliveries::new(pool.clone()),\n            cursors: Cursors::new(pool.clone()),\n            egress,\n'),('use crate::secrets::Vault;','use crate::secrets::Vault;\nuse crate::sources::Cursors;'))
sub('tests/it/http/walk.rs',('    ("POST /v1/workflows/{id}/listen"','    ("GET /v1/workflows/{id}/source", "/v1/workflows/{workflow}/source", "", Nothing),\n    ("POST /v1/workflows/{id}/listen"'))
s=open('tests/it/architecture/floors.rs').read()
s=s.replace('    ("deliveries", &["primitives"]),\n','    ("deliveries", &["primitives"]),\n    // How far sources were read is primary: what is asked of them next follows from it.\n    ("sources", &["primitives"]),\n')
s=s.replace('            "deliveries",\n','            "deliveries",\n            "sources",\n')
open('tests/it/architecture/floors.rs','w').write(s)
sub('src/actors/detector/mod.rs',('mod gate;','mod gate;\nmod poller;'))
open('src/actors/detector/mod.rs','a').write('pub use poller::Poller;\n')
s=open('src/cli/webhook.rs').read()
s=s.replace('''    /// Let a workflow that is not live hear''','''    /// Say how the source of a workflow is doing, where it is one that is asked.
    Source {
        /// The workflow.
        workflow: String,
    },
    /// Let a workflow that is not live hear''')
s=s.replace('''            Self::Listen { workflow } => {''','''            Self::Source { workflow } => {
                let shown = client.get(&format!("/v1/workflows/{workflow}/source")).await?;
                tell(client, &shown, |shown| {
                    line(&format!(
                        "{}  asked {}, next {}  {} items  {}",
                        text_of(shown, "status"),
                        text_of(shown, "polledAt"),
                        text_of(shown, "nextAt"),
                        shown["items"],
                        text_of(shown, "problem"),
                    ));
                });
            }
            Self::Listen { workflow } => {''')
open('src/cli/webhook.rs','w').write(s)
s=open('tests/it/scenarios/mod.rs').read()
s=s.replace('mod usage;','mod sources;\nmod usage;') if 'mod usage;' in s else s+'mod sources;\n'
open('tests/it/scenarios/mod.rs','w').write(s)
