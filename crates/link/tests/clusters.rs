//! Clusters of small scenes, and what must not depend on the order of arrival.

use proptest::prelude::*;
use vigie_link::{Account, Cluster, Grade, Linker, Observation, Picture, Plan, Signal, Solution};
use vigie_model::ContactKind::{self, Phone, Snapchat, Telegram, Url};

const DAY: i64 = 86_400;

/// A find of `account` on `day` that offers these contacts together.
fn find(account: &str, day: i64, contacts: &[(ContactKind, &str)]) -> Observation {
    let mut signals: Vec<Signal> = contacts.iter().map(|(kind, value)| Signal::of_contact(*kind, value)).collect();
    signals.sort_unstable();
    let name = format!("{account} {day} {contacts:?}");
    let number = name.bytes().fold(0, |hash: i64, byte| hash.wrapping_mul(31) ^ i64::from(byte));
    Observation {
        find: number,
        account: Account { network: "instagram".into(), key: account.into() },
        handle: None,
        at: day * DAY,
        advert: true,
        signals,
        template: None,
        pictures: Vec::new(),
    }
}

fn with_picture(observation: Observation, picture: u8) -> Observation {
    Observation { pictures: vec![Picture::Sha256([picture; 16])], ..observation }
}

fn solve(finds: &[Observation]) -> Solution {
    let mut linker = Linker::new(Plan::default());
    finds.iter().cloned().for_each(|find| linker.add(find));
    linker.solve(&[])
}

/// The clusters with more than one account, as words.
fn networks(solution: &Solution) -> Vec<String> {
    let words = |cluster: &Cluster| cluster.accounts.iter().map(|account| &*account.key).collect::<Vec<_>>().join(" ");
    solution.clusters.iter().filter(|cluster| cluster.accounts.len() > 1).map(words).collect()
}

const P: [(ContactKind, &str); 6] =
    [(Phone, "+33639980001"), (Phone, "+33639980002"), (Phone, "+33639980003"), (Phone, "+33639980004"), (Telegram, "fictif_a"), (Snapchat, "fictif_b")];

#[test]
fn a_number_links_and_its_neighbour_does_not() {
    let solution = solve(&[find("a", 1, &[P[0]]), find("b", 2, &[P[0]]), find("c", 2, &[P[1]])]);
    assert_eq!(networks(&solution), ["a b"]);
    assert_eq!(solution.clusters[0].grade, Some(Grade::Observed));
    // The country of a number that is written without it is a guess.
    assert_eq!(networks(&solve(&[find("a", 1, &[P[0]]), find("b", 2, &[(Phone, "+46639980001")])])), ["a b"]);
}

#[test]
fn one_medium_signal_does_not_link_and_two_do() {
    let url = (Url, "shop.example.org/menu");
    assert_eq!(networks(&solve(&[find("a", 1, &[url]), find("b", 2, &[url])])), [""; 0]);
    let pictured = |account, picture| with_picture(find(account, 1, &[]), picture);
    assert_eq!(networks(&solve(&[pictured("a", 1), pictured("b", 1)])), [""; 0]);
    let both = |account| with_picture(find(account, 1, &[url]), 1);
    let solution = solve(&[both("a"), both("b")]);
    assert_eq!((networks(&solution), solution.clusters[0].grade), (vec!["a b".to_owned()], Some(Grade::Probable)));
    // Whoever copies an advert puts in his own number.
    let copied = |account, phone| with_picture(find(account, 1, &[url, phone]), 1);
    assert_eq!(networks(&solve(&[copied("a", P[0]), copied("b", P[1])])), [""; 0]);
}

#[test]
fn a_recycled_number_does_not_link() {
    assert_eq!(networks(&solve(&[find("a", 1, &[P[0]]), find("b", 120, &[P[0]])])), [""; 0]);
    assert_eq!(networks(&solve(&[find("a", 1, &[P[0]]), find("a", 60, &[P[0]]), find("b", 120, &[P[0]])])), ["a b"]);
}

#[test]
fn what_many_hold_does_not_link() {
    let crowd: Vec<Observation> = (0..30).map(|n| find(&format!("a{n}"), 1, &[P[0]])).collect();
    assert_eq!(networks(&solve(&crowd)), [""; 0]);
    assert_eq!(networks(&solve(&crowd[..20])).len(), 1);
    // With a medium signal besides it does.
    let pictured: Vec<Observation> = crowd.iter().enumerate().map(|(n, find)| with_picture(find.clone(), u8::try_from(n / 15).unwrap())).collect();
    assert_eq!(networks(&solve(&pictured)).len(), 2);
}

#[test]
fn who_posts_for_several_is_a_bridge() {
    let mut finds = Vec::new();
    for (seller, phone) in [("a", P[0]), ("b", P[1]), ("c", P[2])] {
        finds.extend([find(&format!("{seller}1"), 1, &[phone]), find(&format!("{seller}2"), 2, &[phone]), find("reseller", 3, &[phone])]);
    }
    let solution = solve(&finds);
    assert_eq!(networks(&solution), ["a1 a2", "b1 b2", "c1 c2"]);
    assert_eq!(solution.bridges.len(), 1);
    assert_eq!((&*solution.bridges[0].account.key, solution.bridges[0].sides.len()), ("reseller", 3));
}

#[test]
fn a_ring_and_contacts_of_one_find_are_one_network() {
    let ring = ["a", "b", "c", "d"].iter().enumerate().flat_map(|(n, account)| [find(account, 1, &[P[n]]), find(account, 2, &[P[(n + 1) % 4]])]);
    assert_eq!(networks(&solve(&ring.collect::<Vec<_>>())), ["a b c d"]);
    let chain = [find("a", 1, &[P[0]]), find("a2", 1, &[P[0]]), find("b", 2, &[P[0], P[1]]), find("c", 3, &[P[1]]), find("c2", 3, &[P[1]])];
    assert_eq!(networks(&solve(&chain)), ["a a2 b c c2"]);
    // A number and a name, in separate posts.
    assert_eq!(networks(&solve(&[find("a", 1, &[P[0]]), find("b", 1, &[P[0]]), find("b", 2, &[P[4]]), find("c", 1, &[P[4]])])), ["a b c"]);
}

#[test]
fn a_new_number_after_the_old_one_was_given_up_is_the_same_seller() {
    let old = [find("a", 1, &[P[0]]), find("a2", 2, &[P[0]]), find("b", 3, &[P[0]])];
    let new = [find("b", 10, &[P[1]]), find("c", 11, &[P[1]]), find("c2", 12, &[P[1]])];
    assert_eq!(networks(&solve(&[&old[..], &new[..]].concat())), ["a a2 b c c2"]);
    let still_used = [find("a2", 20, &[P[0]])];
    assert_eq!(networks(&solve(&[&old[..], &new[..], &still_used[..]].concat())), ["a a2", "c c2"]);
}

#[test]
fn an_account_that_is_pointed_to_is_linked() {
    let pointed = Observation { account: Account { network: "snapchat".into(), key: "77".into() }, handle: Some("fictif_b".into()), ..find("z", 5, &[]) };
    assert_eq!(networks(&solve(&[find("a", 1, &[P[5]]), pointed])), ["a 77"]);
}

#[test]
fn what_was_taken_apart_stays_apart() {
    let mut linker = Linker::new(Plan::default());
    ["a", "b", "c", "d"].iter().for_each(|account| linker.add(find(account, 1, &[P[0]])));
    let account = |key: &str| Account { network: "instagram".into(), key: key.into() };
    let apart: Vec<(Account, Account)> = ["a", "c", "d"].iter().map(|other| (account("b"), account(other))).collect();
    assert_eq!(networks(&linker.solve(&apart)), ["a c d"]);
}

#[test]
fn a_platform_links_within_its_service_only() {
    let mut linker = Linker::new(Plan { across_networks: false, ..Plan::default() });
    linker.add(find("a", 1, &[P[0]]));
    linker.add(find("b", 1, &[P[0]]));
    linker.add(Observation { account: Account { network: "facebook".into(), key: "c".into() }, ..find("c", 1, &[P[0]]) });
    assert_eq!(networks(&linker.solve(&[])), ["a b"]);
}

/// 50,000 accounts share a link, a contact, a picture and nearly a name. Were they compared in pairs, this would not end: 1.25 billion.
#[test]
fn a_flood_does_not_merge_and_stays_linear() {
    let mut linker = Linker::new(Plan::default());
    for number in 0..50_000 {
        let flooded = find("x", number % 40, &[(Url, "example.org/popular"), (Telegram, "fictif_populaire")]);
        let account = Account { network: "instagram".into(), key: format!("a{number}").into() };
        linker.add(Observation { find: number, account, handle: Some(format!("populaire{number}").into()), ..with_picture(flooded, 7) });
    }
    let solution = linker.solve(&[]);
    assert_eq!((networks(&solution), solution.clusters.len()), (Vec::<String>::new(), 50_000));
}

fn observations() -> impl Strategy<Value = Vec<Observation>> {
    let contact = prop::sample::subsequence(P.to_vec(), 0..3);
    let one = (0u8..14, 0i64..200, contact, 0u8..9, any::<bool>(), prop::option::of(0u8..4)).prop_map(|(account, day, contacts, picture, advert, name)| {
        let find = find(&format!("a{account}"), day, &contacts);
        let handle = name.map(|name| format!("fictif_name_{name}").into());
        let pictures = if picture < 5 { vec![Picture::Sha256([picture; 16])] } else { Vec::new() };
        Observation { advert, handle, pictures, ..find }
    });
    prop::collection::vec(one, 0..40)
}

proptest! {
    #[test]
    fn the_order_of_arrival_does_not_matter(finds in observations(), seed in any::<u64>()) {
        let mut shuffled = finds.clone();
        shuffled.sort_by_key(|find| (find.find as u64 ^ seed).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        // Once more: what is known already changes nothing.
        let again: Vec<Observation> = shuffled.iter().chain(&finds).cloned().collect();
        let expected = solve(&finds);
        prop_assert_eq!(&solve(&shuffled), &expected);
        prop_assert_eq!(&solve(&again), &expected);
    }

    #[test]
    fn every_account_is_in_one_cluster(finds in observations()) {
        let solution = solve(&finds);
        let mut accounts: Vec<&Account> = solution.clusters.iter().flat_map(|cluster| &cluster.accounts).collect();
        let count = accounts.len();
        accounts.sort_unstable();
        accounts.dedup();
        let mut seen: Vec<&Account> = finds.iter().map(|find| &find.account).collect();
        seen.sort_unstable();
        seen.dedup();
        prop_assert_eq!(count, accounts.len());
        prop_assert_eq!(accounts, seen);
    }
}
