//! What is thinking, and what is not, however it is cut.

use proptest::prelude::*;

use super::*;

/// What is left of an answer that comes in these pieces, and the calls.
fn read(pieces: &[&str], withholds: bool) -> (String, Vec<(String, String)>) {
    let mut thinking = Thinking::new(withholds);
    let (mut text, mut calls) = (String::new(), Vec::new());
    let mut take = |passed: Passed| {
        if passed.retracts {
            text.clear();
        }
        text.push_str(&passed.text);
        calls.extend(passed.calls);
    };
    for piece in pieces {
        take(thinking.push(piece));
    }
    take(thinking.finish(false));
    (text, calls)
}

/// Answers as they come, and what is left of them.
const ANSWERS: [(&str, &str); 34] = [
    ("Milk is written down.", "Milk is written down."),
    ("<think>The user wants milk.</think>\n\nدودھ لکھ لیا ہے۔", "دودھ لکھ لیا ہے۔"),
    ("\n<think>\n\n</think>\n\nDone.", "Done."),
    ("<Thinking>Hm.</Thinking> Done.", "Done."),
    ("[THINK]Hm.[/THINK]Done.", "Done."),
    ("◁think▷Hm.◁/think▷Done.", "Done."),
    ("<seed:think>Hm.</seed:think>Done.", "Done."),
    ("<|channel>thought\nHm.<channel|>Done.", "Done."),
    (
        "<|START_THINKING|>Hm.<|END_THINKING|><|START_RESPONSE|>Done.<|END_RESPONSE|>",
        "Done.",
    ),
    // With its closing mark only.
    ("The user wants milk.\n</think>\n\nDone.", "Done."),
    ("He said \"milk\"</think>Done.", "Done."),
    ("<think>a <think>b</think> c</think>Done.", "Done."),
    // Cut off, or nothing else.
    ("<think>The user wants", ""),
    ("<think>Hm.</think>", ""),
    ("<think>He said \"milk\"</think>Done.", "Done."),
    ("<think>Is `</think>` a mark?</think>Done.", "Done."),
    // Further on.
    ("Let me see.<think>Hm.</think> Done.", "Let me see. Done."),
    ("Let me see.\n<think>Hm.</think>\nDone.", "Let me see.\n\nDone."),
    ("1 <think> 2", "1 <think> 2"),
    // Channels.
    (
        "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Done.",
        "Done.",
    ),
    (
        "<|channel|>analysis<|message|>Hm.<|start|>assistant<|channel|>final <|constrain|>x<|message|>Done.<|return|>",
        "Done.",
    ),
    ("Hm.<|end|><|start|>assistant<|channel|>final<|message|>Done.", "Done."),
    ("<|channel|>analysis<|message|>Hm.", ""),
    ("<|start|>assistant<|message|>Done.<|end|>", "Done."),
    ("<|channel|>ana", ""),
    // Talked about.
    (
        "The mark `<think>` begins it, and `</think>` ends it.",
        "The mark `<think>` begins it, and `</think>` ends it.",
    ),
    (
        "```html\n<think>\nHm.\n</think>\n```\nSo.",
        "```html\n<think>\nHm.\n</think>\n```\nSo.",
    ),
    ("``a ` <think>`` and so on", "``a ` <think>`` and so on"),
    (
        "The mark \"<think>\" is closed by \"</think>\".",
        "The mark \"<think>\" is closed by \"</think>\".",
    ),
    ("Write \\<think> for it.", "Write \\<think> for it."),
    ("2 < 3, [a](b), <b>c</b>, <thin", "2 < 3, [a](b), <b>c</b>, <thin"),
    ("See [think](x).", "See [think](x)."),
    (" \n ", " \n "),
    ("", ""),
];

#[test]
fn thinking_is_left_out_and_the_answer_is_not() {
    for (answer, left) in ANSWERS {
        for withholds in [false, true] {
            assert_eq!(read(&[answer], withholds).0, left, "{answer:?}");
        }
        assert_eq!(Thinking::without(answer), left, "{answer:?}");
    }
}

#[test]
fn what_is_cut_off_in_thinking_is_not_shown_as_an_answer() {
    let mut thinking = Thinking::default();
    assert_eq!(thinking.push("Let me see.<think>Hm").text, "Let me see.");
    assert_eq!(thinking.finish(true).text, "");
}

#[test]
fn a_call_among_the_channels_is_a_call() {
    let call = "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>commentary to=functions.add_task <|constrain|>json<|message|>{\"title\":\"milk\"}";
    let found = vec![("add_task".to_owned(), "{\"title\":\"milk\"}".to_owned())];
    assert_eq!(read(&[call], false), (String::new(), found.clone()));
    assert_eq!(read(&[call, "<|call|>"], false), (String::new(), found));
}

#[test]
fn a_model_that_did_so_before_shows_nothing_until_it_is_clear() {
    let mut plain = Thinking::default();
    assert_eq!(plain.push("Hm. ").text, "Hm. ");
    assert!(plain.push("</think>Done.").retracts && plain.thought_unopened());
    let mut known = Thinking::new(true);
    assert_eq!(known.push("Hm. "), Passed::default());
    let passed = known.push("</think>Done.");
    assert!(!passed.retracts && known.thought_unopened());
    assert_eq!((passed.text.as_str(), known.push(" So.").text.as_str()), ("Done.", " So."));
}

proptest! {
    #[test]
    fn pieces_change_nothing(at in 0..ANSWERS.len(), sizes in proptest::collection::vec(1_usize..7, 1..40), withholds: bool) {
        let (answer, left) = ANSWERS[at];
        let chars: Vec<char> = answer.chars().collect();
        let mut pieces = Vec::new();
        let mut rest = chars.as_slice();
        for size in sizes.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (piece, after) = rest.split_at((*size).min(rest.len()));
            pieces.push(piece.iter().collect::<String>());
            rest = after;
        }
        let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
        prop_assert_eq!(read(&pieces, withholds).0, left);
    }

    #[test]
    fn no_text_makes_it_panic_or_depends_on_how_it_is_cut(
        parts in proptest::collection::vec("<think>|</think>|<\\|channel\\|>|<\\|message\\|>|<\\|end\\|>|final|`{1,3}|\n|\"|[a-z ]{0,3}|<|\\[|ک", 0..14),
    ) {
        let whole = parts.concat();
        let pieces: Vec<&str> = parts.iter().map(String::as_str).collect();
        prop_assert_eq!(read(&pieces, false), read(&[&whole], false));
    }
}
