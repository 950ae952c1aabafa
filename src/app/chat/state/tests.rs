use super::*;
use crate::api::view::{Dir, StepView, StepsView};
use crate::domain::locale::Script;

fn user(id: &str) -> ItemView {
    ItemView {
        id: id.into(),
        body: ItemBody::User {
            html: "buy milk".into(),
            dir: Dir::Ltr,
            script: Script::En,
        },
    }
}
fn answer(id: &str, blocks: &[&str]) -> ItemView {
    let blocks = blocks.iter().map(|block| (*block).to_owned()).collect();
    ItemView {
        id: id.into(),
        body: ItemBody::Answer {
            blocks,
            script: Script::En,
            rating: None,
        },
    }
}
fn steps(id: &str, running: bool) -> ItemView {
    ItemView {
        id: id.into(),
        body: ItemBody::Steps(StepsView {
            steps: vec![StepView {
                title: "Adding".into(),
                detail: String::new(),
                running,
            }],
            ..StepsView::default()
        }),
    }
}
fn blocks(from: usize, blocks: &[&str]) -> ChatUpdate {
    ChatUpdate::Blocks {
        item: "a".into(),
        from,
        keep: 0,
        blocks: blocks.iter().map(|block| (*block).to_owned()).collect(),
    }
}
fn view(ids: &[&str], live: bool) -> ThreadView {
    ThreadView {
        id: "t".into(),
        title: "T".into(),
        items: ids.iter().map(|id| user(id)).collect(),
        earlier: None,
        live,
        access: Access::Open,
    }
}
fn ids(state: &ThreadState) -> Vec<&str> {
    state.items.iter().map(|item| item.id.as_str()).collect()
}

#[test]
fn a_first_message_is_named_answered_and_ended() {
    let mut state = ThreadState::default();
    assert!(state.blank());
    state.ask(Some("buy milk".into()));
    assert!(!state.blank() && state.busy() && state.waiting());

    assert_eq!(
        state.apply(ChatUpdate::Thread {
            id: "t".into(),
            title: String::new()
        }),
        News::Thread
    );
    assert_eq!(
        state.apply(ChatUpdate::Thread {
            id: "t".into(),
            title: String::new()
        }),
        News::None
    );
    state.apply(ChatUpdate::Item(user("u")));
    assert_eq!(state.sending, None);
    state.apply(ChatUpdate::Item(steps("s", true)));
    assert!(state.waiting());
    assert_eq!(state.apply(ChatUpdate::Tasks), News::Tasks);
    state.apply(ChatUpdate::Item(answer("a", &[])));
    assert!(state.waiting());
    state.apply(blocks(0, &["<p>Add"]));
    assert!(!state.waiting());
    state.apply(blocks(0, &["<p>Added.</p>", "<p>Any"]));
    state.apply(blocks(1, &["<p>Anything else?</p>"]));
    assert_eq!(state.apply(ChatUpdate::Done), News::End);

    assert_eq!(ids(&state), ["u", "s", "a"]);
    assert_eq!(
        state.body("a"),
        Some(&answer("a", &["<p>Added.</p>", "<p>Anything else?</p>"]).body)
    );
    assert_eq!(state.body("s"), Some(&steps("s", false).body), "nothing spins after the end");
    assert!(!state.busy());
}

#[test]
fn a_replayed_log_gives_the_same_thread() {
    let log = [
        ChatUpdate::Thread {
            id: "t".into(),
            title: "Milk".into(),
        },
        ChatUpdate::Item(user("u")),
        ChatUpdate::Item(steps("s", true)),
        ChatUpdate::Item(steps("s", false)),
        ChatUpdate::Item(answer("a", &[])),
        blocks(0, &["one", "two"]),
        blocks(1, &["deux", "trois"]),
    ];
    let mut once = ThreadState::loaded(view(&[], true));
    log.iter().cloned().for_each(|update| {
        once.apply(update);
    });
    let mut twice = once.clone();
    log.iter().cloned().for_each(|update| {
        twice.apply(update);
    });
    assert_eq!(once, twice);
}

#[test]
fn a_failure_says_whether_trying_again_may_help_and_asking_again_clears_it() {
    let mut state = ThreadState::loaded(view(&["u"], true));
    state.apply(ChatUpdate::Failed {
        message: "down".into(),
        retry: true,
    });
    assert_eq!(
        state.failure,
        Some(Failure {
            message: "down".into(),
            again: Again::Answer
        })
    );
    state.apply(ChatUpdate::Done);
    assert!(state.failure.is_some() && !state.busy());
    state.ask(None);
    assert!(state.failure.is_none() && state.busy());
    state.apply(ChatUpdate::Failed {
        message: "no".into(),
        retry: false,
    });
    assert_eq!(state.failure.map(|failure| failure.again), Some(Again::No));
}

#[test]
fn notices_stay_and_progress_goes() {
    let mut state = ThreadState::loaded(view(&["u"], true));
    state.apply(ChatUpdate::Notice("shortened".into()));
    state.apply(ChatUpdate::Progress("busy".into()));
    assert!(state.waiting());
    state.apply(ChatUpdate::Item(answer("a", &[])));
    assert_eq!(state.progress.as_deref(), Some("busy"), "an answer that begins anew is still empty");
    state.apply(ChatUpdate::Item(answer("a", &["x"])));
    assert!(state.progress.is_none() && !state.waiting());
    state.apply(ChatUpdate::Done);
    assert_eq!(state.notice.as_deref(), Some("shortened"));
}

#[test]
fn any_update_ends_the_reconnecting() {
    let mut state = ThreadState::loaded(view(&["u"], true));
    state.phase = Phase::Reconnecting;
    state.apply(ChatUpdate::Progress("busy".into()));
    assert_eq!(state.phase, Phase::Answering);
}

#[test]
fn items_go_and_strangers_are_ignored() {
    let mut state = ThreadState::loaded(view(&["u"], true));
    state.apply(ChatUpdate::Item(answer("a", &["x"])));
    state.apply(ChatUpdate::Removed("a".into()));
    state.apply(ChatUpdate::Removed("b".into()));
    state.apply(blocks(5, &["late"]));
    assert_eq!(ids(&state), ["u"]);
}

#[test]
fn older_items_come_before_and_survive_a_reload() {
    let mut state = ThreadState::loaded(ThreadView {
        earlier: Some("c".into()),
        ..view(&["c", "d"], false)
    });
    state.prepend(ThreadView {
        earlier: Some("a".into()),
        ..view(&["a", "b", "c"], false)
    });
    assert_eq!(ids(&state), ["a", "b", "c", "d"]);
    state.reload(ThreadView {
        earlier: Some("c".into()),
        ..view(&["c", "d", "e"], false)
    });
    assert_eq!(ids(&state), ["a", "b", "c", "d", "e"]);
    assert_eq!(state.earlier.as_deref(), Some("a"));
    state.reload(view(&["x"], false));
    assert_eq!(ids(&state), ["x"], "an unknown beginning replaces everything");
}

fn call(id: &str, pending: bool) -> ItemView {
    ItemView {
        id: id.into(),
        body: ItemBody::Call {
            name: "get_page_context".into(),
            title: "Looking".into(),
            pending,
        },
    }
}

#[test]
fn a_call_is_answered_once_the_answer_rests() {
    let mut state = ThreadState::loaded(view(&["u"], true));
    state.apply(ChatUpdate::Item(call("c", true)));
    assert_eq!(state.pending_call(), None, "the stream is still open");
    state.apply(ChatUpdate::Done);
    assert_eq!(state.pending_call(), Some("get_page_context"));
    state.access = Access::Archived;
    assert_eq!(state.pending_call(), None);
    state.access = Access::Open;
    state.apply(ChatUpdate::Item(call("c", false)));
    assert_eq!(state.pending_call(), None);
}

#[test]
fn only_widgets_are_renewed() {
    let widget = |html: &str| ItemView {
        id: "w".into(),
        body: ItemBody::Widget {
            html: html.into(),
            copy: String::new(),
        },
    };
    let mut state = ThreadState::loaded(view(&["u"], false));
    state.apply(ChatUpdate::Item(widget("old")));
    state.apply(ChatUpdate::Item(answer("a", &["x"])));
    state.rate("a", Some(true));
    let mut fresh = view(&["u"], false);
    fresh.items.extend([widget("new"), answer("a", &["y"])]);
    state.renew_widgets(fresh);
    assert_eq!(state.body("w"), Some(&widget("new").body));
    assert!(matches!(state.body("a"), Some(ItemBody::Answer { blocks, rating: Some(true), .. }) if *blocks == ["x"]));
}

#[test]
fn an_answer_is_asked_for_anew_by_the_message_before_it() {
    let mut state = ThreadState::loaded(view(&[], false));
    for item in [
        answer("a0", &["x"]),
        user("u1"),
        steps("s1", false),
        answer("a1", &["x"]),
        answer("b1", &["x"]),
    ] {
        state.apply(ChatUpdate::Item(item));
    }
    assert_eq!(state.question_of("a0"), None, "its message is further up");
    assert_eq!((state.question_of("a1"), state.question_of("b1")), (Some("u1"), Some("u1")));
    assert!(state.goes_on_after("a0") && !state.goes_on_after("a1"));
    state.apply(ChatUpdate::Item(user("u2")));
    assert!(state.goes_on_after("a1") && !state.goes_on_after("u2"));
    assert!(state.takes_retry());
    state.access = Access::Archived;
    assert!(!state.takes_retry());
}

#[test]
fn an_opinion_that_fails_is_what_it_was_before() {
    let mut state = ThreadState::loaded(view(&[], false));
    state.apply(ChatUpdate::Item(answer("a", &["x"])));
    let rating = |state: &ThreadState| state.rating("a");
    assert_eq!(state.rate("a", Some(true)), None);
    let before = state.rate("a", Some(false));
    state.unrate("a", Some(false), before);
    assert_eq!(rating(&state), Some(true));
    // Another opinion since then stays.
    let before = state.rate("a", None);
    state.rate("a", Some(false));
    state.unrate("a", None, before);
    assert_eq!(rating(&state), Some(false));
}

#[test]
fn a_look_keeps_failures_that_are_not_about_the_connection() {
    let mut state = ThreadState::loaded(view(&["u"], false));
    state.fail("lost".into(), Again::Look);
    state.renew(view(&["u"], false));
    assert_eq!(state.failure, None, "the connection is there again");
    state.fail("down".into(), Again::Answer);
    state.renew(view(&["u", "v"], false));
    assert!(state.failure.is_some() && ids(&state) == ["u", "v"]);
    state.renew(view(&["u", "v"], true));
    assert!(state.failure.is_none() && state.busy(), "another answer is being written");
}
