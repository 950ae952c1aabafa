//! Answering a form: the rules of `chatkit/server.py`, `_apply_structured_input_submission`.

use crate::protocol::{
    item::{Answer, InputStatus, QuestionKind, StructuredInput},
    request::{Submission, SubmissionStatus},
};

/// The form with the answers in it. Unknown questions are ignored, those left out are skipped, a single choice is cut to its first
/// value; words of one's own are taken as they are.
pub(super) fn answered(form: &StructuredInput, submission: &Submission) -> StructuredInput {
    let mut form = form.clone();
    for question in &mut form.inputs {
        let given = submission
            .answers
            .get(&question.id)
            .filter(|answer| submission.status == SubmissionStatus::Answered && !answer.skipped && !answer.values.is_empty());
        question.answer = Some(match given {
            None => Answer {
                values: Vec::new(),
                skipped: true,
            },
            Some(answer) => {
                let is_single = matches!(question.kind, QuestionKind::MultipleChoice { multiple: false, .. });
                let count = if is_single { 1 } else { answer.values.len() };
                Answer {
                    values: answer.values.iter().take(count).cloned().collect(),
                    skipped: false,
                }
            }
        });
    }
    form.status = match submission.status {
        SubmissionStatus::Answered => InputStatus::Answered,
        SubmissionStatus::Skipped => InputStatus::Skipped,
    };
    form
}

/// The form with this answer to its question.
pub(super) fn with_answer(form: &StructuredInput, value: &str) -> StructuredInput {
    let answer = Answer {
        values: vec![value.to_owned()],
        skipped: false,
    };
    let submission = Submission {
        status: SubmissionStatus::Answered,
        answers: form.inputs.iter().map(|question| (question.id.clone(), answer.clone())).collect(),
    };
    answered(form, &submission)
}

/// The form, left without an answer.
pub(super) fn left(form: &StructuredInput) -> StructuredInput {
    let skipped = Submission {
        status: SubmissionStatus::Skipped,
        ..Submission::default()
    };
    answered(form, &skipped)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::item::{Choice, Question};

    fn form() -> StructuredInput {
        let question = |id: &str, multiple| Question {
            id: id.into(),
            question: "Which?".into(),
            answer: None,
            kind: QuestionKind::MultipleChoice {
                options: vec![Choice { value: "a".into() }, Choice { value: "b".into() }],
                multiple,
            },
        };
        StructuredInput {
            status: InputStatus::Pending,
            inputs: vec![question("one", false), question("many", true), question("left", true)],
        }
    }

    #[test]
    fn answers_follow_the_sdks_rules() {
        let submission: Submission = serde_json::from_value(serde_json::json!({
            "answers": { "one": { "values": ["b", "a"] }, "many": { "values": ["a", "own words"] }, "nobody": { "values": ["x"] } }
        }))
        .unwrap();
        let done = answered(&form(), &submission);
        assert_eq!(done.status, InputStatus::Answered);
        let values: Vec<Vec<String>> = done.inputs.iter().map(|input| input.answer.clone().unwrap().values).collect();
        assert_eq!(values, [vec!["b".to_owned()], vec!["a".into(), "own words".into()], vec![]]);
        assert!(done.inputs[2].answer.as_ref().unwrap().skipped);
    }

    #[test]
    fn skipping_the_form_skips_every_answer() {
        let submission = Submission {
            status: SubmissionStatus::Skipped,
            answers: [(
                "one".to_owned(),
                Answer {
                    values: vec!["a".into()],
                    skipped: false,
                },
            )]
            .into(),
        };
        let done = answered(&form(), &submission);
        assert_eq!(done.status, InputStatus::Skipped);
        assert!(done.inputs.iter().all(|input| input.answer.as_ref().unwrap().skipped));
    }
}
