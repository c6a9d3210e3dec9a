//! The vectors of the providers' own pages, and what somebody might try.

use serde_json::{Value, json};

use super::{Deduplicate, Received, Refusal, Scheme, Signature, challenge};

/// <https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries>
const GITHUB: (&str, &[u8], &str) = (
    "It's a Secret to Everybody",
    b"Hello, World!",
    "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
);
/// <https://docs.slack.dev/authentication/verifying-requests-from-slack>
const SLACK: (&str, &[u8], &str, &str) = (
    "8f742231b10e8888abcd99yyyzzz85a5",
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
    "1531420618",
    "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
);
/// The vector of the reference implementations of Standard Webhooks.
const STANDARD: (&str, &[u8], &str, &str, &str) = (
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    br#"{"test": 2432232314}"#,
    "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "1614265330",
    "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
);
/// Made as <https://docs.stripe.com/webhooks/signature> says, which shows no secret.
const STRIPE: (&str, &[u8], &str) = (
    "whsec_test_secret",
    br#"{"id":"evt_1","object":"event"}"#,
    "t=1492774577,v1=654b43d3508ecadb3f8cefc4bc7d3d2bdc5ba9e03bf2c89b2d0657a8e24e4543,v0=6ffbb59b",
);
/// Made as <https://shopify.dev/docs/apps/build/webhooks/subscribe/https> says.
const SHOPIFY: (&str, &[u8], &str) =
    ("hush", br#"{"id":820982911946154508}"#, "qBvrsZF7RfB1iS6BX6IHqJTp5L911P7intnPeTPsH0I=");
/// RFC 4231 and RFC 2202, second test case of each.
const PLAIN: (&str, &[u8], &str, &str) = (
    "Jefe",
    b"what do ya want for nothing?",
    "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
    "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
);

type Headers<'a> = Vec<(&'a str, &'a [u8])>;

struct Sample {
    signature: Signature,
    secret: &'static str,
    body: &'static [u8],
    headers: Headers<'static>,
    now: i64,
}

impl Sample {
    fn try_with(
        &self,
        secrets: &[&str],
        headers: &Headers<'_>,
        body: &[u8],
        now: i64,
    ) -> Result<(), Refusal> {
        self.signature.verify(secrets, &Received { headers, body, now })
    }

    fn verify(&self) -> Result<(), Refusal> {
        self.try_with(&[self.secret], &self.headers, self.body, self.now)
    }

    fn delivery(&self, body: &Value) -> Option<String> {
        let received = Received { headers: &self.headers, body: self.body, now: self.now };
        self.signature.delivery(&received, body).expect("a name or none")
    }
}

fn sample(scheme: Scheme) -> Sample {
    let (secret, body, headers, now): (_, _, Headers<'static>, _) = match scheme {
        Scheme::Github => {
            (GITHUB.0, GITHUB.1, vec![("x-hub-signature-256", GITHUB.2.as_bytes())], 0)
        }
        Scheme::Shopify => {
            (SHOPIFY.0, SHOPIFY.1, vec![("x-shopify-hmac-sha256", SHOPIFY.2.as_bytes())], 0)
        }
        Scheme::Slack => {
            let time = ("x-slack-request-timestamp", SLACK.2.as_bytes());
            let headers = vec![time, ("x-slack-signature", SLACK.3.as_bytes())];
            (SLACK.0, SLACK.1, headers, 1_531_420_618)
        }
        Scheme::Stripe => {
            (STRIPE.0, STRIPE.1, vec![("stripe-signature", STRIPE.2.as_bytes())], 1_492_774_577)
        }
        Scheme::StandardWebhooks => {
            let (id, time) = (("webhook-id", STANDARD.2.as_bytes()), STANDARD.3.as_bytes());
            let code = ("webhook-signature", STANDARD.4.as_bytes());
            (STANDARD.0, STANDARD.1, vec![id, ("webhook-timestamp", time), code], 1_614_265_330)
        }
        Scheme::Hmac => (PLAIN.0, PLAIN.1, vec![("x-sum", PLAIN.2.as_bytes())], 0),
    };
    let mut signature = Signature::of(scheme);
    if scheme == Scheme::Hmac {
        signature.header = Some("X-Sum".to_owned());
        signature.algorithm = super::Algorithm::Sha512;
    }
    Sample { signature, secret, body, headers, now }
}

const ALL: [Scheme; 6] = [
    Scheme::Github,
    Scheme::Stripe,
    Scheme::Slack,
    Scheme::Shopify,
    Scheme::StandardWebhooks,
    Scheme::Hmac,
];

#[test]
fn the_vectors_of_the_providers_are_verified() {
    for scheme in ALL {
        assert_eq!(sample(scheme).verify(), Ok(()), "{scheme:?}");
    }
    let mut old = sample(Scheme::Hmac);
    old.signature.algorithm = super::Algorithm::Sha1;
    assert_eq!(old.try_with(&["Jefe"], &vec![("x-sum", PLAIN.3.as_bytes())], PLAIN.1, 0), Ok(()));
}

#[test]
fn a_body_that_differs_by_one_bit_is_not_believed() {
    for scheme in ALL {
        let sample = sample(scheme);
        for at in [0, sample.body.len() / 2, sample.body.len() - 1] {
            let mut body = sample.body.to_vec();
            body[at] ^= 1;
            let tried = sample.try_with(&[sample.secret], &sample.headers, &body, sample.now);
            assert_eq!(tried, Err(Refusal::Wrong), "{scheme:?} at {at}");
        }
        let mut longer = sample.body.to_vec();
        longer.push(b' ');
        let tried = sample.try_with(&[sample.secret], &sample.headers, &longer, sample.now);
        assert_eq!(tried, Err(Refusal::Wrong), "{scheme:?}");
    }
}

#[test]
fn the_signature_of_another_scheme_is_not_believed() {
    for scheme in ALL {
        let wanted = sample(scheme);
        for other in ALL.into_iter().filter(|other| *other != scheme) {
            let other = sample(other);
            let tried = wanted.try_with(&[other.secret], &other.headers, other.body, other.now);
            assert!(matches!(tried, Err(Refusal::Missing(_))), "{scheme:?}: {tried:?}");
        }
    }
    // The right header, and what GitHub still sends beside it: a code over SHA-1.
    let github = sample(Scheme::Github);
    let sha1 =
        vec![("x-hub-signature-256", b"sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79".as_slice())];
    let tried = github.try_with(&[github.secret], &sha1, github.body, 0);
    assert!(matches!(tried, Err(Refusal::Malformed(_))));
}

#[test]
fn without_a_secret_nothing_is_believed_not_even_what_an_empty_key_signs() {
    for scheme in ALL {
        let sample = sample(scheme);
        for none in [&[][..], &[""][..], &["", ""][..]] {
            let tried = sample.try_with(none, &sample.headers, sample.body, sample.now);
            assert_eq!(tried, Err(Refusal::NoSecret), "{scheme:?}");
        }
    }
    let standard = sample(Scheme::StandardWebhooks);
    for unusable in ["whsec_", "whsec_not base64"] {
        let tried = standard.try_with(&[unusable], &standard.headers, standard.body, standard.now);
        assert_eq!(tried, Err(Refusal::NoSecret), "{unusable}");
    }
}

#[test]
fn any_of_the_secrets_counts_while_they_are_rotated() {
    for scheme in ALL {
        let sample = sample(scheme);
        let other = "whsec_b3RoZXI=";
        for secrets in [[other, sample.secret], [sample.secret, other]] {
            let tried = sample.try_with(&secrets, &sample.headers, sample.body, sample.now);
            assert_eq!(tried, Ok(()), "{scheme:?}");
        }
        let tried = sample.try_with(&[other], &sample.headers, sample.body, sample.now);
        assert_eq!(tried, Err(Refusal::Wrong), "{scheme:?}");
    }
}

#[test]
fn a_signature_counts_for_five_minutes_before_and_after() {
    for scheme in [Scheme::Slack, Scheme::Stripe, Scheme::StandardWebhooks] {
        let sample = sample(scheme);
        let tried = |after: i64| {
            let now = sample.now + after;
            sample.try_with(&[sample.secret], &sample.headers, sample.body, now)
        };
        assert_eq!((tried(300), tried(-300)), (Ok(()), Ok(())), "{scheme:?}");
        assert_eq!(tried(301), Err(Refusal::Old { seconds: 301, tolerance: 300 }), "{scheme:?}");
        assert_eq!(tried(-301), Err(Refusal::Early { seconds: 301, tolerance: 300 }));
    }
}

#[test]
fn a_time_is_digits_and_nothing_else() {
    let slack = sample(Scheme::Slack);
    for time in ["-1", "+1531420618", "1531420618.0", "0x5b47", "", "9".repeat(12).as_str()] {
        let headers = vec![
            ("x-slack-request-timestamp", time.as_bytes()),
            ("x-slack-signature", SLACK.3.as_bytes()),
        ];
        let tried = slack.try_with(&[slack.secret], &headers, slack.body, slack.now);
        assert!(matches!(tried, Err(Refusal::Malformed(_))), "{time}: {tried:?}");
    }
    let stripe = sample(Scheme::Stripe);
    for header in ["t=1492774577,t=1492774577,v1=aa", "v1=aa", "t=1492774577", "t=1492774577,v1"] {
        let headers = vec![("stripe-signature", header.as_bytes())];
        let tried = stripe.try_with(&[stripe.secret], &headers, stripe.body, stripe.now);
        assert!(matches!(tried, Err(Refusal::Malformed(_))), "{header}: {tried:?}");
    }
}

#[test]
fn a_header_that_comes_twice_is_not_chosen_from() {
    for scheme in ALL {
        let sample = sample(scheme);
        let name = sample.signature.header().to_lowercase();
        let (_, right) = *sample.headers.iter().find(|(known, _)| *known == name).expect("it");
        for another in [b"sha256=00".as_slice(), right] {
            let mut headers = sample.headers.clone();
            headers.push((&name, another));
            let received = Received { headers: &headers, body: sample.body, now: sample.now };
            let tried = sample.signature.verify(&[sample.secret], &received);
            assert_eq!(tried, Err(Refusal::Repeated(sample.signature.header().to_owned())));
        }
    }
}

#[test]
fn a_delivery_is_known_by_the_name_of_its_scheme_and_else_by_what_was_signed() {
    let name = |scheme, header: Option<(&'static str, &'static str)>, body: Value| {
        let mut sample = sample(scheme);
        sample.headers.extend(header.map(|(name, value)| (name, value.as_bytes())));
        sample.delivery(&body)
    };
    let github = |header| name(Scheme::Github, header, Value::Null).expect("a name");
    assert_eq!(github(Some(("x-github-delivery", "72d3162e"))), "id:72d3162e");
    assert!(github(Some(("x-github-delivery", "a b"))).starts_with("id-sha256:"));
    assert!(github(None).starts_with("signed:"));
    assert_eq!(name(Scheme::Stripe, None, json!({"id": "evt_1"})).as_deref(), Some("id:evt_1"));
    assert_eq!(name(Scheme::Slack, None, json!({"event_id": "Ev1"})).as_deref(), Some("id:Ev1"));
    let standard = name(Scheme::StandardWebhooks, None, Value::Null);
    assert_eq!(standard.as_deref(), Some("id:msg_p5jXN8AQM9LWM0D4loKWxJek"));
    assert_eq!(name(Scheme::Hmac, None, json!({"id": 7})), None);

    let mut plain = sample(Scheme::Hmac);
    plain.signature.id_path = Some("/id".to_owned());
    assert_eq!(plain.delivery(&json!({"id": 7})).as_deref(), Some("id:7"));
    // Whoever strips the name off a delivery that he caught has that delivery again, however he
    // writes its signature.
    let stripped = github(None);
    let mut shouted = sample(Scheme::Github);
    let loud = format!("sha256={}", GITHUB.2["sha256=".len()..].to_uppercase());
    shouted.headers = vec![("x-hub-signature-256", Box::leak(loud.into_boxed_str()).as_bytes())];
    assert_eq!(shouted.verify(), Ok(()));
    assert_eq!(shouted.delivery(&Value::Null), Some(stripped));
    // And whoever gives it another name is stopped where the author asks for it.
    shouted.signature.deduplicate = Deduplicate::Body;
    let once = shouted.delivery(&Value::Null);
    shouted.headers.push(("x-github-delivery", b"another"));
    assert_eq!(shouted.delivery(&Value::Null), once);
}

#[test]
fn only_slacks_own_question_is_a_challenge() {
    let asked = json!({"type": "url_verification", "challenge": "3eZbrw1a", "token": "x"});
    assert_eq!(challenge(&asked), Some("3eZbrw1a"));
    assert_eq!(challenge(&json!({"type": "event_callback", "challenge": "x"})), None);
    let long = "x".repeat(2_000);
    assert_eq!(challenge(&json!({"type": "url_verification", "challenge": long})), None);
}
