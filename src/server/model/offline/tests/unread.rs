//! What looks like a date and is not wholly understood is named.

use super::fake::Fake;

#[test]
fn a_new_task_is_added_and_the_words_are_named() {
    for (text, words, said) in [
        (
            "remind me to meet Ali first Tuesday of Octember",
            "first Tuesday of Octember",
            "I did not understand",
        ),
        ("gym jana hai jumma tak roz", "jumma tak roz", "nahi samjha"),
        ("جمعہ تک روز جم جانا ہے", "جمعہ تک روز", "نہیں سمجھا"),
    ] {
        let mut fake = Fake::new(&[]);
        let reply = fake.say(text);
        let added: Vec<_> = fake.calls.iter().filter(|(name, _)| name == "add_task").collect();
        assert_eq!(added.len(), 1, "{text}: {reply}");
        assert!(added[0].1["due"].is_null() && added[0].1["repeat"].is_null(), "{text}: {added:?}");
        assert!(reply.contains(words) && reply.contains(said), "{text}: {reply}");
    }
}

#[test]
fn nothing_is_moved() {
    let mut fake = Fake::new(&["gym"]);
    let reply = fake.say("move gym to the first Tuesday of Octember");
    assert!(fake.calls.iter().all(|(name, _)| name == "list_tasks"), "{:?}", fake.calls);
    assert!(reply.contains("Octember") && reply.contains("nothing was changed"), "{reply}");
}
