import os, shutil
os.chdir('')
def sub(p,a,b,n=1):
    s=open(p).read()
    assert a in s,(p,a)
    s=s.replace(a,b,n)
    open(p,'w').write(s)
shutil.copy('mig.sql','migrations/20261129141000_keep_dead_letters.sql')
shutil.copy('dead_letters.rs','src/journal/dead_letters.rs')
shutil.copytree('http','src/http/dead_letters',dirs_exist_ok=True)
shutil.copy('dead_letter_cli.rs','src/cli/dead_letter.rs')
shutil.copy('dead_letters_test.rs','tests/it/http/dead_letters.rs')
sub('tests/it/http/mod.rs','mod definitions;','mod dead_letters;\nmod definitions;')
sub('src/journal/mod.rs','mod directory;','mod dead_letters;\nmod directory;')
sub('src/journal/mod.rs','pub use directory::Directory;','pub use dead_letters::{Chosen, DeadLetter, DeadLetters, MAX_BATCH};\npub use directory::Directory;')
p='src/journal/reactions.rs'
sub(p,'''               (name, position, aggregate_type, aggregate_id, tries, reason, next_try_at)
             values ($1, $2, $3, $4, 0, $5, clock_timestamp() + $6)''','''               (name, position, aggregate_type, aggregate_id, tries, reason, next_try_at, history)
             values ($1, $2, $3, $4, 0, $5, clock_timestamp() + $6,
                     json_build_array(json_build_object('at', clock_timestamp(), 'reason', $5::text)))''')
sub(p,'''                set tries = tries + 1, reason = $3, next_try_at = clock_timestamp() + $4
''','''                set tries = tries + 1, reason = $3, next_try_at = clock_timestamp() + $4,
                    history = (
                      select json_agg(tried order by number)
                        from (select tried, number
                                from json_array_elements(history::json) with ordinality all_tries (tried, number)
                               union all
                              select json_build_object('at', clock_timestamp(), 'reason', $3::text),
                                     1000000
                               order by number desc limit 20) last_tries)
''')
sub(p,'''            r#"select count(*) as "count!" from reaction_arrears where name = $1"#,''','''            r#"select count(*) as "count!" from reaction_arrears
                where name = $1 and discarded_at is null"#,''')
sub(p,'''count(a.position) filter (where a.next_try_at is null) as "parked!",''','''count(a.position) filter (where a.next_try_at is null and a.discarded_at is null)
                        as "parked!",''')
sub(p,'''(where a.position is not null and a.next_try_at is null))[1] as reason''','''(where a.position is not null and a.next_try_at is null
                                and a.discarded_at is null))[1] as reason''')
p='src/http/routes.rs'
sub(p,'''    GET    "/v1/organization/event-policy" ''','''    GET    "/v1/dead-letters"                                 May(EventsRead)             dead_letters::list;
    POST   "/v1/dead-letters/reprocess"                       May(EventsManage)           dead_letters::reprocess;
    POST   "/v1/dead-letters/purge"                           May(EventsManage)           dead_letters::purge;
    GET    "/v1/dead-letters/{id}"                            May(EventsRead)             dead_letters::get;
    POST   "/v1/dead-letters/{id}/discard"                    May(EventsManage)           dead_letters::discard;
    GET    "/v1/organization/event-policy" ''')
for p in ['src/http/routes.rs','src/http/openapi.rs']:
    sub(p,'connectors, event_definitions,','connectors, dead_letters, event_definitions,')
sub('src/http/openapi.rs','''        event_definitions::list,
''','''        dead_letters::list,
        dead_letters::get,
        dead_letters::reprocess,
        dead_letters::discard,
        dead_letters::purge,
        event_definitions::list,
''')
sub('src/http/mod.rs','pub mod event_definitions;','pub mod dead_letters;\npub mod event_definitions;')
sub('src/http/problem/table.rs','''    EventDefinitionNotFound =''','''    DeadLetterNotFound = "dead-letter-not-found", 404,
        "No such dead letter",
        "this dead letter does not exist",
        "It does not exist in this organization, it was purged, or it was tried again and succeeded. `GET /v1/dead-letters` lists those there are.";
    EventDefinitionNotFound =''')
sub('tests/it/http/walk.rs','''    ("GET /v1/organization/event-policy",''','''    ("GET /v1/dead-letters", "/v1/dead-letters", "", Empty),
    ("POST /v1/dead-letters/reprocess", "/v1/dead-letters/reprocess", "{}", Own),
    ("POST /v1/dead-letters/purge", "/v1/dead-letters/purge", "{}", Own),
    ("GET /v1/dead-letters/{id}", "/v1/dead-letters/events@1", "", Nothing),
    ("POST /v1/dead-letters/{id}/discard", "/v1/dead-letters/events@1/discard", "{}", Nothing),
    ("GET /v1/organization/event-policy",''')
p='src/cli/mod.rs'
sub(p,'mod data;','mod data;\nmod dead_letter;')
p='src/cli/arguments.rs'
sub(p,'use super::data::Data;','use super::data::Data;\nuse super::dead_letter::DeadLetter;')
sub(p,'''    /// Publish events, find them again''','''    /// What was given up: look at it, let it be tried again, discard it
    DeadLetter {
        #[command(flatten)]
        server: Server,
        #[command(subcommand)]
        what: DeadLetter,
    },
    /// Publish events, find them again''')
sub(p,'''        Command::Event { server, what } =>''','''        Command::DeadLetter { server, what } => {
            with_client(&server, async |client| what.run(&client).await)
        }
        Command::Event { server, what } =>''')
sub('docs/events.md','''## Limits
''','''## What was given up

What the house does because of an event is tried again for as long as the house itself is at fault. Where
the event is at fault, or what it meets, it is given up after some tries, and becomes a dead letter of
the organization: not only of published events, but of whatever waits, tasks and callers follow from.

| | |
|---|---|
| `GET /v1/dead-letters` (`chainkeel dead-letter list`) | those that wait for somebody, the latest first; `?status=discarded`, `?reaction=event-triggers` |
| `GET /v1/dead-letters/{id}` (`… inspect`) | the event, the reason, and the last twenty tries |
| `POST /v1/dead-letters/reprocess` (`… reprocess`) | up to 50 are tried again from the beginning: those in `ids`, or the oldest (of a `reaction`). What succeeds is gone; what was done before is not done twice |
| `POST /v1/dead-letters/{id}/discard` (`… discard`) | it is not tried again, and kept with your name and notes |
| `POST /v1/dead-letters/purge` (`… purge`) | forgets what was discarded, 1,000 at a time |

## Limits
''')
sub('docs/architecture.md','''| a form, the answer to it |''','''| dead letters that are tried again, purged in one go; tries that one remembers | 50, 1,000; 20 | `journal/dead_letters.rs`, `journal/reactions.rs` |
| a form, the answer to it |''')
sub('CHANGELOG.md','''- Events start runs: the trigger''','''- Dead letters: what was given up is listed with its tries, tried again, discarded and purged by its
  organization (`chainkeel dead-letter`, `/v1/dead-letters`).
- Events start runs: the trigger''')
sub('docs/decisions/0030-events-are-defined-taken-once-and-kept-back.md','''**Not chosen.**''','''- **Dead letters are the arrears of reactions**, seen through the organization of their event: there is one place where what failed is kept, with the tries. Letting one be tried again makes it due for the follower that gave it up, whose orders change nothing the second time.

**Not chosen.**''')
