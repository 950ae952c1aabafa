//! Whole conversations with the assistant, and what it makes of the sets of utterances.

mod asked;
mod asking;
mod deeds;
mod fake;
mod measure;
mod orders;
mod scopes;
mod unread;

use serde_json::{Value, json};

use super::super::{Message, ToolCall};
use asking::ask;
use fake::{Fake, NOW};

#[test]
fn a_choice_is_asked_for_and_taken() {
    for (answer, done) in [
        ("1", &["Call bank"][..]),
        ("the second one", &["Call plumber"]),
        ("2nd", &["Call plumber"]),
        ("plumber", &["Call plumber"]),
        ("call plumber", &["Call plumber"]),
        ("the bank one", &["Call bank"]),
        ("both", &["Call bank", "Call plumber"]),
        ("the last one", &["Call plumber"]),
        ("neither", &[]),
        ("pehla wala", &["Call bank"]),
        ("dono", &["Call bank", "Call plumber"]),
    ] {
        let mut fake = Fake::new(&["Call bank", "Buy milk", "Call plumber"]);
        let asked = fake.say("mark call done");
        assert!(
            asked.contains("1. **Call bank**") && asked.contains("2. **Call plumber**"),
            "{asked}"
        );
        fake.say(answer);
        let completed: Vec<&str> = fake
            .tasks
            .iter()
            .filter(|t| t["status"] == "completed")
            .filter_map(|t| t["title"].as_str())
            .collect();
        assert_eq!(completed, done, "{answer}");
    }
}

#[test]
fn a_choice_that_does_not_exist_is_asked_again() {
    let mut fake = Fake::new(&["Call bank", "Call plumber"]);
    fake.say("mark call done");
    let again = fake.say("7");
    assert!(again.contains("1. **Call bank**") && fake.deeds().is_empty(), "{again}");
    fake.say("2");
    assert_eq!(fake.task("Call plumber")["status"], "completed");
}

#[test]
fn another_order_is_no_answer() {
    let mut fake = Fake::new(&["Call bank", "Call plumber"]);
    fake.say("mark call done");
    fake.say("add buy bread");
    assert_eq!(fake.titles(), ["Call bank", "Call plumber", "buy bread"]);
    assert!(fake.tasks.iter().all(|t| t["status"] == "pending"));
}

#[test]
fn the_answer_keeps_the_script_of_the_conversation() {
    let mut fake = Fake::new(&["Ali ko call", "Sana ko call"]);
    assert!(fake.say("call wala kaam mita do").starts_with("Kaun sa kaam"));
    assert!(fake.say("2").starts_with("Mita diya"));
    let mut fake = Fake::new(&["علی کو کال", "ثنا کو کال"]);
    assert!(fake.say("کال والا کام مٹا دو").starts_with("کون سا کام"));
    assert!(fake.say("پہلا والا").starts_with("مٹا دیا"));
    assert_eq!(fake.titles(), ["ثنا کو کال"]);
}

#[test]
fn it_is_the_task_just_named() {
    let mut fake = Fake::new(&["Call bank"]);
    fake.say("add buy milk");
    fake.say("make it urgent");
    assert_eq!(fake.task("buy milk")["priority"], "p1");
    fake.say("move it to Friday");
    assert_eq!(fake.task("buy milk")["due"]["date"], "2026-11-27");
    fake.say("rename it to buy bread");
    fake.say("it's done");
    assert_eq!(fake.task("buy bread")["status"], "completed");
    fake.say("delete it");
    assert_eq!(fake.titles(), ["Call bank"]);

    let mut fake = Fake::new(&["Bill bharna"]);
    fake.say("kal doodh lena hai");
    fake.say("usko parson kar do");
    assert_eq!(fake.task("doodh lena")["due"]["date"], "2026-11-25");
    fake.say("ho gaya");
    assert_eq!(fake.task("doodh lena")["status"], "completed");
    fake.say("woh wala mita do");
    assert_eq!(fake.titles(), ["Bill bharna"]);

    let mut fake = Fake::new(&["بل بھرنا"]);
    fake.say("کل دودھ لینا ہے");
    fake.say("اسے جمعہ تک کر دو");
    assert_eq!(fake.task("دودھ لینا")["due"]["date"], "2026-11-27");
    fake.say("اسے مٹا دو");
    assert_eq!(fake.titles(), ["بل بھرنا"]);
}

#[test]
fn it_without_a_task_is_asked_for() {
    let mut fake = Fake::new(&["Call bank"]);
    assert!(fake.say("delete it").contains("Which task"));
    assert!(fake.calls.is_empty());
}

#[test]
fn numbers_of_a_shown_list_can_be_used() {
    let mut fake = Fake::new(&["Call bank", "Buy milk", "Email Sana"]);
    assert_eq!(fake.say("show my tasks"), "You have 3 tasks.", "the list beside it shows them");
    fake.say("delete the second one");
    assert_eq!(fake.titles(), ["Call bank", "Email Sana"]);
    fake.say("mere kaam dikhao");
    fake.say("pehla wala mita do");
    assert_eq!(fake.titles(), ["Email Sana"]);
}

#[test]
fn everything_is_deleted_only_after_a_yes() {
    let mut fake = Fake::new(&["Call bank", "Buy milk"]);
    assert!(fake.say("delete all my tasks").contains("yes or no"));
    assert_eq!(fake.titles().len(), 2);
    fake.say("no");
    assert_eq!(fake.titles().len(), 2);
    fake.say("sab kaam mita do");
    fake.say("haan");
    assert!(fake.titles().is_empty());
}

#[test]
fn the_resolved_date_is_said_back() {
    let mut fake = Fake::new(&[]);
    assert!(
        fake.say("remind me to call Ali tomorrow at 5pm")
            .contains("Tuesday, 24 November 2026, 5:00 PM")
    );
    assert!(
        fake.say("kal shaam 5 baje Ali ko call karni hai")
            .contains("mangal, 24 November 2026, shaam 5 baje")
    );
    assert!(
        fake.say("کل شام ۵ بجے علی کو کال کرنی ہے")
            .contains("منگل، 24 نومبر، 2026، شام 5 بجے")
    );
}

#[test]
fn a_day_that_has_passed_is_asked_about() {
    let mut fake = Fake::new(&[]);
    let reply = fake.say("add call Ali on 2020-01-01");
    assert!(reply.contains("already passed") && fake.calls.is_empty(), "{reply}");
    fake.say("tomorrow");
    assert_eq!(fake.task("call Ali")["due"]["date"], "2026-11-24");
}

#[test]
fn a_change_without_a_date_is_asked_about() {
    let mut fake = Fake::new(&["Call bank"]);
    fake.say("reschedule call bank");
    assert!(fake.calls.is_empty());
    fake.say("Friday at 4pm");
    assert_eq!(fake.task("Call bank")["due"]["time"], "16:00");
}

#[test]
fn failures_are_told() {
    let message = |calls: Vec<ToolCall>| Message::Assistant {
        text: String::new(),
        calls,
    };
    let call = ToolCall {
        id: "call_1".into(),
        name: "add_task".into(),
        arguments: "{}".into(),
        extra_content: None,
    };
    let (said, calls) = ask(
        vec![
            Message::user("doodh lena hai"),
            message(vec![call]),
            Message::Tool {
                call_id: "call_1".into(),
                name: "add_task".into(),
                result: json!({"error": "too many tasks"}),
            },
        ],
        NOW.parse().unwrap(),
    );
    assert!(
        calls.is_empty() && said.contains("too many tasks") && said.starts_with("Ye nahi"),
        "{said}"
    );
}

#[test]
fn without_a_task_like_that_nothing_happens() {
    let mut fake = Fake::new(&["Call bank"]);
    let reply = fake.say("delete buy oranges");
    assert!(
        reply.contains("no open task like **buy oranges**") && fake.deeds().is_empty(),
        "{reply}"
    );
}

#[test]
fn call_ids_are_new_and_text_comes_in_words() {
    let mut fake = Fake::new(&[]);
    fake.say("add milk, eggs and bread as separate tasks");
    fake.say("add tea");
    let ids: Vec<&str> = fake
        .messages
        .iter()
        .filter_map(|m| {
            if let Message::Tool { call_id, .. } = m {
                Some(call_id.as_str())
            } else {
                None
            }
        })
        .collect();
    assert_eq!(ids, ["call_1", "call_2"], "what is added together is taken back together");
    assert_eq!(super::pieces("a bc\nd").collect::<Vec<_>>(), ["a ", "bc\n", "d"]);
}

#[test]
fn lists_ask_for_the_right_days() {
    for (say, from, to) in [
        ("what do I have tomorrow?", "2026-11-24", "2026-11-24"),
        ("what's due today", "2026-11-23", "2026-11-23"),
        ("tasks for this week", "2026-11-23", "2026-11-29"),
        ("what's on next week?", "2026-11-30", "2026-12-06"),
        ("show my tasks for Friday", "2026-11-27", "2026-11-27"),
        ("kal kya kya karna hai", "2026-11-24", "2026-11-24"),
        ("aaj ke kaam dikhao", "2026-11-23", "2026-11-23"),
        ("is hafte kya karna hai", "2026-11-23", "2026-11-29"),
        ("کل کیا کیا کرنا ہے", "2026-11-24", "2026-11-24"),
        ("اگلے ہفتے کے کام دکھاؤ", "2026-11-30", "2026-12-06"),
    ] {
        let mut fake = Fake::new(&[]);
        fake.say(say);
        let [(name, arguments)] = &fake.calls[..] else {
            panic!("{say}: {:?}", fake.calls)
        };
        assert_eq!(
            (name.as_str(), &arguments["due_from"], &arguments["due_to"]),
            ("list_tasks", &json!(from), &json!(to)),
            "{say}"
        );
    }
}

#[test]
fn quoted_titles_are_kept_to_the_letter() {
    for (say, title) in [
        ("add \"list all clients\" for next Monday", "list all clients"),
        ("add “Delete   it?” tomorrow", "Delete it?"),
        ("\"kal doodh lena hai\" add karo", "kal doodh lena hai"),
        ("remind me to 'buy milk tomorrow' on Friday", "buy milk tomorrow"),
        ("\"سب کام مٹا دو\" شامل کرو", "سب کام مٹا دو"),
    ] {
        let mut fake = Fake::new(&[]);
        fake.say(say);
        assert_eq!(fake.titles(), [title], "{say}");
    }
}

#[test]
fn the_finished_ones_are_not_the_open_ones() {
    let mut fake = Fake::new(&["Call bank", "Buy milk"]);
    fake.say("done with call bank");
    let asked = fake.say("delete all completed tasks");
    assert!(asked.contains("Call bank") && !asked.contains("Buy milk"), "{asked}");
    fake.say("yes");
    assert_eq!(fake.titles(), ["Buy milk"]);
    let asked = fake.say("sab mukammal kaam mita do");
    assert!(asked.starts_with("Koi") && fake.deeds().is_empty(), "{asked}");
}

#[test]
fn a_bare_delete_loses_nothing() {
    let mut fake = Fake::new(&[]);
    fake.say("add buy milk");
    fake.say("delete");
    assert_eq!(fake.titles(), ["buy milk"]);
    fake.say("remind me tomorrow");
    assert_eq!(fake.titles(), ["buy milk"]);
    fake.say("Add bread to the list and remind me to call Ali tomorrow");
    assert_eq!(fake.titles(), ["buy milk", "bread", "call Ali"]);
}

/// What is called when the person, asked which task to complete, answers in words of their own.
fn after_own_words(said: &[&str]) -> (String, Vec<ToolCall>) {
    let task = |n: u8, title: &str| json!({"id": format!("tsk_{n}"), "title": title, "status": "pending", "priority": "p4", "created_at": NOW, "updated_at": NOW});
    let call = |name: &str, arguments: Value| ToolCall {
        id: name.to_owned(),
        name: name.to_owned(),
        arguments: arguments.to_string(),
        extra_content: None,
    };
    let mut messages = vec![Message::user("complete pay")];
    let results = [
        (
            "find_tasks",
            json!({"words": "pay"}),
            json!({"tasks": [task(1, "pay the rent"), task(2, "Pay: gas bill"), task(3, "گیس کا بل")]}),
        ),
        (
            "ask_person",
            json!({"task_ids": ["tsk_1", "tsk_2", "tsk_3"], "tool": "complete_task"}),
            json!({"declined": "Nothing was changed.", "said": said}),
        ),
    ];
    for (name, arguments, result) in results {
        messages.push(Message::Assistant {
            text: String::new(),
            calls: vec![call(name, arguments)],
        });
        messages.push(Message::Tool {
            call_id: name.to_owned(),
            name: name.to_owned(),
            result,
        });
    }
    ask(messages, NOW.parse().unwrap())
}

#[test]
fn what_only_resembles_is_asked_about() {
    for (answer, left) in [("yes", 1), ("1", 1), ("no", 2), ("neither", 2)] {
        let mut fake = Fake::new(&["Buy birthday gift for Sara", "Gym"]);
        let asked = fake.say("delete birthday gift for Hina");
        assert!(
            asked.starts_with("Did you mean this one?") && asked.contains("1. **Buy birthday gift for Sara**"),
            "{asked}"
        );
        assert_eq!(fake.titles().len(), 2);
        fake.say(answer);
        assert_eq!(fake.titles().len(), left, "{answer}");
    }
    let mut fake = Fake::new(&["Doodh lena", "Gym jana"]);
    assert!(fake.say("doodh khatam ho gaya").starts_with("Kya aap"));
    fake.say("haan");
    assert_eq!(fake.task("Doodh lena")["status"], "completed");
    // What is asked about in a row of deeds holds up the whole row.
    let mut fake = Fake::new(&["Send email to Ali", "Gym"]);
    fake.say("I called Ali and mark gym done");
    assert!(fake.deeds().is_empty());
    fake.say("yes");
    assert!(fake.tasks.iter().all(|task| task["status"] == "completed"), "{:?}", fake.tasks);
}

#[test]
fn all_of_a_day_are_deleted_after_a_yes_and_no_others() {
    let mut fake = Fake::new(&["Call bank"]);
    fake.say("add gym today");
    fake.say("delete all of today's tasks");
    fake.say("yes");
    assert_eq!(fake.titles(), ["Call bank"]);
}

#[test]
fn a_choice_in_words_of_ones_own() {
    for (said, id) in [("the gas bill", "tsk_2"), ("Rent!", "tsk_1"), ("بل والا", "tsk_3")] {
        let (_, calls) = after_own_words(&[said]);
        assert_eq!((calls.len(), calls[0].name.as_str()), (1, "complete_task"), "{said}");
        assert!(calls[0].arguments.contains(id), "{said}: {}", calls[0].arguments);
    }
    // Nothing is done where it is not clear, or may be a no.
    for said in [&["pay"][..], &["not the gas bill"], &["none of them"], &["the one"], &[]] {
        let (words, calls) = after_own_words(said);
        assert!(calls.is_empty() && !words.is_empty(), "{said:?}: {calls:?}");
    }
}
