//! What one model at one endpoint takes, learnt from what it refused. Kept in memory, once a request in the new form was taken.

use std::collections::BTreeSet;

use super::refusal::Refusal;

/// The form in which a model takes requests. Nothing is known of it at first, and everything is sent as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Profile {
    /// Ids of calls have nine letters and digits.
    pub(super) short_ids: bool,
    /// What the system says stands in the first message of the person.
    pub(super) no_system: bool,
    /// Calls and their results are told in words.
    pub(super) no_tool_role: bool,
    /// Every turn of the assistant has reasoning, and be it an empty one.
    pub(super) wants_reasoning: bool,
    /// The content of a message is never null.
    pub(super) no_null: bool,
    /// Pictures are told of, not shown. Never kept: it may have been something else.
    pub(super) no_pictures: bool,
    /// Fields that are left out.
    pub(super) dropped: BTreeSet<String>,
    /// How the bound of an answer is called.
    pub(super) bound: Bound,
    /// So much of a conversation is sent, in bytes.
    pub(super) most: Option<usize>,
    /// It takes no tools: others are asked first.
    pub(super) no_tools: bool,
    /// It thinks before it says so.
    pub(super) withholds: bool,
    /// The most cautious form was tried.
    pub(super) is_cautious: bool,
    /// Reasoning in every turn was tried.
    pub(super) gave_reasoning: bool,
}

/// The name of the field for the most tokens of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Bound {
    /// `max_tokens`: what most endpoints know.
    #[default]
    MaxTokens,
    /// `max_completion_tokens`: what OpenAI's newer models want.
    MaxCompletionTokens,
    /// It is not sent.
    Unsent,
}

impl Bound {
    /// The field's name.
    pub(super) fn name(self) -> Option<&'static str> {
        match self {
            Self::MaxTokens => Some("max_tokens"),
            Self::MaxCompletionTokens => Some("max_completion_tokens"),
            Self::Unsent => None,
        }
    }
}

/// What of a request can be changed.
#[derive(Debug, Clone, Default)]
pub(super) struct Sent {
    /// The fields that it could do without.
    pub(super) fields: BTreeSet<String>,
    /// It shows pictures that may be left out.
    pub(super) has_pictures: bool,
    /// There are calls in the conversation.
    pub(super) has_calls: bool,
    /// There is a system message.
    pub(super) has_system: bool,
    /// Some content is null.
    pub(super) has_null: bool,
    /// How long the conversation is, in bytes.
    pub(super) length: usize,
    /// There is something older than the newest message.
    pub(super) has_older: bool,
}

/// Another form of a request, and what is other in it.
pub(super) type Remedy = (Profile, String);

impl Profile {
    /// The form to try next, where a server refused what was sent; none when there is nothing left to try.
    pub(super) fn mend(&self, refusals: &[Refusal], sent: &Sent) -> Option<Remedy> {
        refusals.iter().find_map(|refusal| self.remedy(refusal, sent))
    }

    fn remedy(&self, refusal: &Refusal, sent: &Sent) -> Option<Remedy> {
        let mut next = self.clone();
        let what = match refusal {
            Refusal::Length if sent.has_older => {
                next.most = Some(sent.length / 2);
                "only the newer half of the conversation".to_owned()
            }
            Refusal::CallIds if sent.has_calls => {
                next.short_ids = true;
                "ids of nine letters".to_owned()
            }
            Refusal::Pictures if sent.has_pictures => {
                next.no_pictures = true;
                "no pictures".to_owned()
            }
            Refusal::NoReasoning if !self.gave_reasoning => {
                next.gave_reasoning = true;
                next.wants_reasoning = true;
                next.dropped.remove("reasoning_content");
                "reasoning in every turn".to_owned()
            }
            Refusal::Field(name) if Some(name.as_str()) == self.bound.name() && sent.fields.contains(name) => {
                next.bound = match self.bound {
                    Bound::MaxTokens => Bound::MaxCompletionTokens,
                    Bound::MaxCompletionTokens | Bound::Unsent => Bound::Unsent,
                };
                format!("{} in place of {name}", next.bound.name().unwrap_or("nothing"))
            }
            Refusal::Field(name) if sent.fields.contains(name) => {
                next.wants_reasoning &= name != "reasoning_content";
                next.dropped.insert(name.clone());
                format!("no {name}")
            }
            Refusal::System | Refusal::Roles if sent.has_system => {
                next.no_system = true;
                "no system message".to_owned()
            }
            Refusal::Roles if sent.has_calls => {
                next.no_tool_role = true;
                "calls told in words".to_owned()
            }
            Refusal::NullContent if sent.has_null => {
                next.no_null = true;
                "no null".to_owned()
            }
            Refusal::Unsaid if sent.has_pictures => {
                next.no_pictures = true;
                "no pictures".to_owned()
            }
            Refusal::Unsaid if sent.has_calls && !self.is_cautious => {
                next.is_cautious = true;
                next.short_ids = true;
                next.no_null = true;
                let extras = sent.fields.iter().filter(|field| is_extra(field));
                next.dropped.extend(extras.cloned());
                "calls in their plainest form".to_owned()
            }
            _ => return None,
        };
        (next != *self).then_some((next, what))
    }

    /// What of it is worth keeping once a request in this form was taken: the same, but for what was a guess, or is proven wrong.
    pub(super) fn kept(&self) -> Self {
        Self {
            no_pictures: false,
            no_tools: false,
            ..self.clone()
        }
    }
}

/// Whether a field is one of those that some endpoints add to calls.
fn is_extra(field: &str) -> bool {
    field == "extra_content" || super::wire::is_reasoning(field)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(fields: &[&str]) -> Sent {
        Sent {
            fields: fields.iter().map(|field| (*field).to_owned()).collect(),
            has_calls: true,
            has_system: true,
            ..Sent::default()
        }
    }

    #[test]
    fn each_remedy_is_tried_once() {
        let refusals = [Refusal::CallIds, Refusal::Roles, Refusal::Unsaid];
        let mut profile = Profile::default();
        let mut tried = Vec::new();
        while let Some((next, what)) = profile.mend(
            &refusals,
            &Sent {
                has_system: !profile.no_system,
                ..sent(&["extra_content"])
            },
        ) {
            tried.push(what);
            profile = next;
        }
        assert_eq!(
            tried,
            [
                "ids of nine letters",
                "no system message",
                "calls told in words",
                "calls in their plainest form"
            ]
        );
    }

    #[test]
    fn the_bound_has_two_names_and_then_none() {
        let refused = |name: &str| [Refusal::Field(name.to_owned())];
        let (second, _) = Profile::default().mend(&refused("max_tokens"), &sent(&["max_tokens"])).unwrap();
        assert_eq!(second.bound, Bound::MaxCompletionTokens);
        let (third, _) = second
            .mend(&refused("max_completion_tokens"), &sent(&["max_completion_tokens"]))
            .unwrap();
        assert_eq!(third.bound, Bound::Unsent);
        assert_eq!(third.mend(&refused("max_tokens"), &sent(&[])), None);
    }

    #[test]
    fn only_what_was_sent_can_be_left_out() {
        let refused = [Refusal::Field("reasoning_content".into())];
        assert_eq!(Profile::default().mend(&refused, &sent(&["stream_options"])), None);
        let (dropped, _) = Profile::default().mend(&refused, &sent(&["reasoning_content"])).unwrap();
        assert!(dropped.dropped.contains("reasoning_content"));
        // Wanted after all.
        let (wanted, _) = dropped.mend(&[Refusal::NoReasoning], &sent(&[])).unwrap();
        assert!(wanted.wants_reasoning && wanted.dropped.is_empty());
    }

    #[test]
    fn a_conversation_is_halved_until_nothing_older_is_left() {
        let long = Sent {
            length: 1000,
            has_older: true,
            ..Sent::default()
        };
        let (half, _) = Profile::default().mend(&[Refusal::Length], &long).unwrap();
        assert_eq!(half.most, Some(500));
        assert_eq!(half.mend(&[Refusal::Length], &Sent { has_older: false, ..long }), None);
    }
}
