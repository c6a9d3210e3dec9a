//! The tree against the words of RFC 6962, written down again as they stand there.

use proptest::prelude::*;

use super::*;

/// MTH of RFC 6962, 2.1, over leaves that are hashed already.
fn naive(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => sha256(b""),
        [one] => *one,
        more => {
            let middle = more.len().next_power_of_two() / 2;
            let (left, right) = more.split_at(middle);
            node_of(&naive(left), &naive(right))
        }
    }
}

/// PATH of RFC 6962, 2.1.1.
fn naive_path(at: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() <= 1 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
    let (mut path, last) = if at < left.len() {
        (naive_path(at, left), naive(right))
    } else {
        (naive_path(at - left.len(), right), naive(left))
    };
    path.push(last);
    path
}

/// SUBPROOF of RFC 6962, 2.1.2.
fn naive_growth(old: usize, leaves: &[Hash], is_whole: bool) -> Vec<Hash> {
    if old == leaves.len() {
        return if is_whole { Vec::new() } else { vec![naive(leaves)] };
    }
    let middle = leaves.len().next_power_of_two() / 2;
    let (left, right) = leaves.split_at(middle);
    let (mut proof, last) = if old <= middle {
        (naive_growth(old, left, is_whole), naive(right))
    } else {
        (naive_growth(old - middle, right, false), naive(left))
    };
    proof.push(last);
    proof
}

fn leaves(count: usize) -> Vec<Hash> {
    (0..count).map(|at| leaf_of(&at.to_be_bytes())).collect()
}

/// A tree with all its tiles.
fn grown(leaves: &[Hash]) -> (Frontier, Tiles) {
    let (mut frontier, mut tiles) = (Frontier::default(), Tiles::default());
    for leaf in leaves {
        frontier.push(*leaf, |tile, hashes| tiles.add(tile.level, tile.index, &hashes.concat()));
    }
    for (tile, hashes) in frontier.partial() {
        tiles.add(tile.level, tile.index, &hashes.concat());
    }
    (frontier, tiles)
}

fn hashed(text: &str) -> Hash {
    crate::primitives::unhex(text).unwrap()
}

#[test]
fn the_hashes_are_those_of_the_specification() {
    // The empty tree, a leaf of nothing, and the tree that certificate transparency is tested with.
    assert_eq!(sha256(b""), EMPTY);
    assert_eq!(
        leaf_of(b""),
        hashed("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")
    );
    let inputs: [&[u8]; 8] = [
        b"",
        &[0x00],
        &[0x10],
        &[0x20, 0x21],
        &[0x30, 0x31],
        &[0x40, 0x41, 0x42, 0x43],
        &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
        &[
            0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d,
            0x6e, 0x6f,
        ],
    ];
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let mut frontier = Frontier::default();
    for (input, root) in inputs.into_iter().zip(roots) {
        frontier.push(leaf_of(input), |_, _| ());
        assert_eq!(frontier.root(), hashed(root), "{}", frontier.size());
    }
}

#[test]
fn trees_around_the_widths_of_tiles_are_those_of_the_naive_one() {
    let all = leaves(65_793);
    for count in [0, 1, 2, 3, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, 65_793] {
        let (frontier, tiles) = grown(&all[..count]);
        assert_eq!(frontier.root(), naive(&all[..count]), "{count}");
        assert_eq!(Frontier::of(count as u64, &tiles), Some(frontier), "{count}");
        assert_eq!(root_at(&tiles, count as u64), Ok(naive(&all[..count])), "{count}");
    }
}

#[test]
fn a_tile_is_called_in_one_way_only() {
    for (tile, name) in [
        (TileId { level: 0, index: 0, width: 256 }, "tile/0/000"),
        (TileId { level: 1, index: 1_234_067, width: 256 }, "tile/1/x001/x234/067"),
        (TileId { level: 0, index: 67, width: 17 }, "tile/0/067.p/17"),
    ] {
        assert_eq!(tile.to_string(), name);
        assert_eq!(name.parse(), Ok(tile));
    }
    for name in [
        "tile/0/67",
        "tile/0/x001/x067",
        "tile/00/067",
        "tile/0/001/067",
        "tile/8/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/257",
        "tile/0/../000",
        "tile/0/",
        "0/000",
        "tile/0/x000/067",
    ] {
        assert!(name.parse::<TileId>().is_err(), "{name}");
    }
}

#[test]
fn the_envelope_is_written_in_the_way_of_rfc_8785() {
    let (payload, metadata) = ([0xab; 32], [0x01; 32]);
    let envelope = Envelope {
        position: 7,
        organization: "org_1",
        aggregate_type: "run",
        aggregate_id: "a\"\\\u{1}\nü",
        sequence: 2,
        event_type: "started",
        version: "1.0",
        recorded_at: 1_764_460_800_123_456,
        payload: &payload,
        metadata: &metadata,
    };
    let mut bytes = Vec::new();
    envelope.write(&mut bytes);
    let text = String::from_utf8(bytes).unwrap();
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["aggregateId"], "a\"\\\u{1}\nü");
    assert!(
        text.starts_with(r#"{"aggregateId":"a\"\\\u0001\nü","aggregateType":"run","eventType""#)
    );
    // serde_json keeps the keys of a map in order: nothing else is different in this one.
    let sorted: std::collections::BTreeMap<String, serde_json::Value> =
        serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string(&sorted).unwrap(), text);
}

#[test]
fn a_verifier_key_and_a_note_are_those_of_the_specification() {
    // The example of C2SP signed-note.
    let text = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    let key: VerifierKey = text.parse().unwrap();
    assert_eq!(key.to_string(), text);
    let signature = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=";
    let said = "If you think cryptography is the answer to your problem,\n\
                then you don't know what your problem is.\n";
    let bytes = base64::Engine::decode(&base64::prelude::BASE64_STANDARD, signature).unwrap();
    assert!(key.has_signed(said, &bytes[4..]));
    assert!(!key.has_signed(&said.replace("you", "I"), &bytes[4..]));
    assert!(
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
            .parse::<VerifierKey>()
            .is_err()
    );
}

proptest! {
    #[test]
    fn proofs_are_those_of_the_naive_tree_and_hold(count in 1_usize..700, at in 0_usize..700, old in 0_usize..700) {
        let all = leaves(count);
        let (at, old) = (at % count, old % (count + 1));
        let (_, tiles) = grown(&all);
        let (size, root) = (count as u64, naive(&all));
        let proof = inclusion(&tiles, at as u64, size).unwrap();
        prop_assert_eq!(&proof, &naive_path(at, &all));
        prop_assert!(holds_inclusion(at as u64, &all[at], size, &root, &proof));
        prop_assert!(!holds_inclusion(at as u64 + 1, &all[at], size, &root, &proof));
        prop_assert!(!holds_inclusion(at as u64, &[9; 32], size, &root, &proof));
        let growth = consistency(&tiles, old as u64, size).unwrap();
        if old > 0 {
            prop_assert_eq!(&growth, &naive_growth(old, &all, true));
        }
        let before = naive(&all[..old]);
        prop_assert!(holds_consistency((old as u64, &before), (size, &root), &growth));
        if old > 0 {
            prop_assert!(!holds_consistency((old as u64, &[9; 32]), (size, &root), &growth));
            prop_assert!(!holds_consistency((old as u64, &before), (size, &[9; 32]), &growth));
        }
        // A smaller set of tiles is all that they need.
        let wanted = tiles_for(&[at as u64], size, &[old as u64]);
        prop_assert!(wanted.len() < 12, "{:?}", wanted);
    }

    #[test]
    fn a_proof_with_one_bit_flipped_holds_no_more(count in 2_usize..300, at in 0_usize..300, step in 0_usize..9, bit in 0_usize..256) {
        let all = leaves(count);
        let at = at % count;
        let (_, tiles) = grown(&all);
        let mut proof = inclusion(&tiles, at as u64, count as u64).unwrap();
        let step = step % proof.len();
        proof[step][bit / 8] ^= 1 << (bit % 8);
        prop_assert!(!holds_inclusion(at as u64, &all[at], count as u64, &naive(&all), &proof));
    }
}
