//! The assistant with a small list of tasks in memory: whole conversations, through the same calls as in the application.

use std::time::Duration;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use futures::StreamExt;
use serde_json::{Value, json};

use super::{
    super::{Finish, Message, Model, ModelEvent, ModelRequest, ToolCall, ToolSpec},
    OfflineModel,
};
use crate::domain::{language::detect, locale::Script};

/// Monday, 23 November 2026, 10:30 in Karachi.
const NOW: &str = "2026-11-23T05:30:00Z";

struct Fake {
    tasks: Vec<Value>,
    next: usize,
    messages: Vec<Message>,
    now: DateTime<Utc>,
    calls: Vec<(String, Value)>,
}

impl Fake {
    fn new(titles: &[&str]) -> Self {
        let mut fake = Self {
            tasks: Vec::new(),
            next: 1,
            messages: Vec::new(),
            now: NOW.parse().unwrap(),
            calls: Vec::new(),
        };
        for title in titles {
            fake.run("add_task", &json!({"title": title}));
        }
        fake
    }

    fn local(&self) -> NaiveDateTime {
        self.now.with_timezone(&chrono_tz::Asia::Karachi).naive_local()
    }

    fn run(&mut self, name: &str, arguments: &Value) -> Value {
        let text = |key: &str| arguments.get(key).and_then(Value::as_str);
        let place = |tasks: &[Value]| text("task_id").and_then(|id| tasks.iter().position(|t| t["id"] == id));
        let due = |words: &str| {
            let (date, time) = words.split_once('T').map_or((words, None), |(d, t)| (d, Some(t)));
            let day: NaiveDate = date.parse().unwrap();
            let mut due = json!({"date": date, "weekday": day.format("%A").to_string()});
            if let Some(time) = time {
                assert_eq!(time.len(), 5, "{time}");
                due["time"] = json!(time);
            }
            due
        };
        match name {
            "add_task" => {
                let mut task = json!({"id": format!("tsk_{:032x}", self.next), "title": arguments["title"], "status": "pending", "priority": text("priority").unwrap_or("p4"),
                    "created_at": NOW, "updated_at": NOW});
                self.next += 1;
                if let Some(words) = text("due") {
                    task["due"] = due(words);
                }
                self.tasks.push(task.clone());
                json!({"task": task})
            }
            "list_tasks" => {
                let status = text("status").unwrap_or("pending");
                let query = text("query").unwrap_or("").to_lowercase();
                let date = |t: &Value| t["due"]["date"].as_str().map(str::to_owned);
                let tasks: Vec<&Value> = self
                    .tasks
                    .iter()
                    .filter(|t| status == "all" || t["status"] == status)
                    .filter(|t| t["title"].as_str().unwrap().to_lowercase().contains(&query))
                    .filter(|t| text("due_from").is_none_or(|from| date(t).is_some_and(|d| d.as_str() >= from)))
                    .filter(|t| text("due_to").is_none_or(|to| date(t).is_some_and(|d| d.as_str() <= to)))
                    .collect();
                json!({"tasks": tasks, "has_more": false})
            }
            _ => {
                let Some(at) = place(&self.tasks) else {
                    return json!({"error": "there is no such task"});
                };
                match name {
                    "complete_task" => {
                        self.tasks[at]["status"] = json!("completed");
                        self.tasks[at]["completed_at"] = json!(NOW);
                        json!({"task": self.tasks[at]})
                    }
                    "delete_task" => json!({"task": self.tasks.remove(at)}),
                    "update_task" => {
                        let mut changed = Vec::new();
                        for key in ["title", "priority"] {
                            if let Some(value) = text(key) {
                                self.tasks[at][key] = json!(value);
                                changed.push(key);
                            }
                        }
                        match text("due") {
                            Some("none") => {
                                self.tasks[at].as_object_mut().unwrap().remove("due");
                                changed.push("due");
                            }
                            Some(words) => {
                                self.tasks[at]["due"] = due(words);
                                changed.push("due");
                            }
                            None => {}
                        }
                        json!({"task": self.tasks[at], "changed": changed})
                    }
                    other => json!({"error": format!("no tool {other}")}),
                }
            }
        }
    }

    /// Says something, lets the assistant work, and returns its words.
    fn say(&mut self, text: &str) -> String {
        self.calls.clear();
        self.messages.push(Message::user(text));
        for _ in 0..8 {
            let (said, calls) = ask(self.messages.clone(), self.now);
            self.messages.push(Message::Assistant {
                text: said.clone(),
                calls: calls.clone(),
            });
            if calls.is_empty() {
                assert!(!said.trim().is_empty(), "no words for {text}");
                return said;
            }
            for call in calls {
                let arguments: Value = serde_json::from_str(&call.arguments).unwrap();
                let result = self.run(&call.name, &arguments);
                self.calls.push((call.name.clone(), arguments));
                self.messages.push(Message::Tool {
                    call_id: call.id,
                    name: call.name,
                    result,
                });
            }
        }
        panic!("the assistant never came to an end: {text}");
    }

    fn deeds(&self) -> Vec<&str> {
        self.calls
            .iter()
            .map(|(name, _)| name.as_str())
            .filter(|name| *name != "list_tasks")
            .collect()
    }

    fn titles(&self) -> Vec<&str> {
        self.tasks.iter().map(|t| t["title"].as_str().unwrap()).collect()
    }

    fn task(&self, title: &str) -> &Value {
        self.tasks
            .iter()
            .find(|t| t["title"] == title)
            .unwrap_or_else(|| panic!("no {title} in {:?}", self.tasks))
    }
}

fn ask(messages: Vec<Message>, now: DateTime<Utc>) -> (String, Vec<ToolCall>) {
    let tools = ["add_task", "list_tasks", "complete_task", "delete_task", "update_task"];
    let request = ModelRequest {
        system: String::new(),
        messages,
        tools: tools
            .iter()
            .map(|name| ToolSpec {
                name: (*name).to_owned(),
                description: String::new(),
                parameters: json!({}).into(),
            })
            .collect(),
        now,
        zone: chrono_tz::Asia::Karachi,
        script: Script::En,
        model: None,
        tool_choice: None,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let events: Vec<ModelEvent> = runtime.block_on(OfflineModel::new(Duration::ZERO).ask(request).map(Result::unwrap).collect());
    assert!(matches!(events.last(), Some(ModelEvent::Done { finish: Finish::Stop, .. })));
    let mut said = String::new();
    let mut calls = Vec::new();
    for event in events {
        match event {
            ModelEvent::Text(piece) => said.push_str(&piece),
            ModelEvent::ToolCall(call) => calls.push(call),
            _ => {}
        }
    }
    (said, calls)
}

/// Whether a date is what an example wants.
fn due_fits(wanted: &str, due: &Value, now: NaiveDateTime) -> bool {
    let Some(date) = due["date"].as_str().and_then(|d| d.parse::<NaiveDate>().ok()) else {
        return false;
    };
    let today = now.date();
    if let Some(days) = wanted.strip_prefix('+').and_then(|rest| rest.strip_suffix('d')) {
        return date == today + TimeDelta::days(days.parse().unwrap());
    }
    if let Some(at) = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].iter().position(|d| *d == wanted) {
        let wait = (at as i64 - i64::from(today.weekday().num_days_from_monday())).rem_euclid(7);
        let later_today = due["time"]
            .as_str()
            .is_some_and(|t| t.parse::<chrono::NaiveTime>().is_ok_and(|t| t > now.time()));
        let wait = if wait == 0 && !later_today { 7 } else { wait };
        return date == today + TimeDelta::days(wait);
    }
    if wanted == "next_week" {
        let monday = today + TimeDelta::days(7 - i64::from(today.weekday().num_days_from_monday()));
        return date >= monday && date < monday + TimeDelta::days(7);
    }
    date >= today && date < today + TimeDelta::days(366) && date.format("%m-%d").to_string() == wanted
}

/// What is wrong with an example's outcome, if anything.
fn verdict(example: &Value) -> Result<(), String> {
    let text = |key: &str| example.get(key).and_then(Value::as_str);
    let setup: Vec<&str> = example
        .get("setup")
        .and_then(Value::as_array)
        .map(|a| a.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let say = text("say").unwrap();
    let mut fake = Fake::new(&setup);
    let reply = fake.say(say);
    let check = |ok: bool, what: &str| {
        if ok {
            Ok(())
        } else {
            Err(format!("{what}\n   calls {:?}\n   reply {reply}", fake.calls))
        }
    };
    let script = match text("script") {
        Some("ur") => Script::Ur,
        Some("ur-Latn") => Script::UrLatn,
        _ => Script::En,
    };
    check(detect(say) == Some(script), "script")?;
    let Some(tool) = text("tool") else {
        check(fake.deeds().is_empty(), "did something")?;
        let asked = setup.iter().filter(|title| reply.contains(**title)).count() > 1;
        return check(example.get("ask").is_none() || asked, "did not ask");
    };
    if tool == "list_tasks" {
        check(fake.deeds().is_empty(), "did something")?;
        let call = fake.calls.iter().find(|(name, _)| name == "list_tasks");
        check(call.is_some(), "no list")?;
        let got = call.and_then(|(_, a)| a["status"].as_str()).unwrap_or("pending");
        return check(text("status").is_none_or(|wanted| wanted == got), "status");
    }
    let calls: Vec<&Value> = fake.calls.iter().filter(|(name, _)| name == tool).map(|(_, a)| a).collect();
    let count = example.get("count").and_then(Value::as_u64).unwrap_or(1) as usize;
    check(calls.len() == count && fake.deeds().len() == count, "count of calls")?;
    let first = calls[0];
    let title = first["title"].as_str().unwrap_or("").to_lowercase();
    for word in example
        .get("title")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
    {
        check(title.contains(&word.to_lowercase()), "title")?;
    }
    if let Some(target) = text("target") {
        let original = setup.iter().position(|t| *t == target).map(|at| format!("tsk_{:032x}", at + 1));
        check(first["task_id"].as_str().map(str::to_owned) == original, "target")?;
    }
    check(text("priority").is_none_or(|p| first["priority"] == p), "priority")?;
    let due = first["due"].as_str().unwrap_or("");
    let (date, time) = due.split_once('T').unwrap_or((due, ""));
    check(text("time").is_none_or(|t| t == time), "time")?;
    check(
        text("due").is_none_or(|wanted| due_fits(wanted, &json!({"date": date, "time": time}), fake.local())),
        "due",
    )?;
    if text("repeat").is_some() {
        check(
            ["not supported", "nahi ho sakte", "نہیں ہو سکتے"].iter().any(|w| reply.contains(w)),
            "repeat not told",
        )?;
    }
    Ok(())
}

fn run_all(name: &str, lines: &str) {
    let examples: Vec<Value> = lines
        .lines()
        .filter(|l| !l.trim().is_empty())
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    let wrong: Vec<String> = examples
        .iter()
        .filter_map(|e| {
            let outcome = std::panic::catch_unwind(|| verdict(e)).unwrap_or_else(|_| Err("panic".to_owned()));
            outcome.err().map(|what| format!("{} {}: {what}", e["id"], e["say"]))
        })
        .collect();
    assert!(
        wrong.is_empty(),
        "{name}: {} of {} right\n{}",
        examples.len() - wrong.len(),
        examples.len(),
        wrong.join("\n")
    );
}

#[test]
fn the_examples() {
    run_all("examples", include_str!("../../../domain/language/examples.jsonl"));
}

#[test]
fn more_examples() {
    run_all("more", include_str!("../../../domain/language/more.jsonl"));
}

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
    let list = fake.say("show my tasks");
    assert!(list.contains("2. **Buy milk**"), "{list}");
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
            .contains("منگل، 24 نومبر 2026، شام 5 بجے")
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
    assert_eq!(ids, ["call_1", "call_2", "call_3", "call_4"]);
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
    let call = |name: &str| ToolCall {
        id: name.to_owned(),
        name: name.to_owned(),
        arguments: "{}".to_owned(),
        extra_content: None,
    };
    let mut messages = vec![Message::user("complete pay")];
    let results = [
        (
            "list_tasks",
            json!({"tasks": [task(1, "pay the rent"), task(2, "Pay: gas bill"), task(3, "گیس کا بل")], "has_more": false}),
        ),
        ("ask_person", json!({"declined": "Nothing was changed.", "said": said})),
    ];
    for (name, result) in results {
        messages.push(Message::Assistant {
            text: String::new(),
            calls: vec![call(name)],
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
