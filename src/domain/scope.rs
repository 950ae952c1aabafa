//! What may be done in a person's name.

/// What a token may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Looking.
    Read,
    /// Adding and changing.
    Write,
    /// Deleting.
    Delete,
}

impl Scope {
    /// Its name in the database and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Delete => "delete",
        }
    }
}

/// What a caller may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scopes {
    read: bool,
    write: bool,
    delete: bool,
}

impl Scopes {
    /// Everything, as a person may who is signed in.
    pub const ALL: Self = Self {
        read: true,
        write: true,
        delete: true,
    };

    /// Of these names; others mean nothing.
    pub fn of<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        names.into_iter().fold(Self::default(), |scopes, name| match name {
            "read" => Self { read: true, ..scopes },
            "write" => Self { write: true, ..scopes },
            "delete" => Self { delete: true, ..scopes },
            _ => scopes,
        })
    }

    /// Their names, with spaces between, as OAuth writes them.
    pub fn names(self) -> String {
        let all = [Scope::Read, Scope::Write, Scope::Delete];
        let names: Vec<&str> = all.into_iter().filter(|scope| self.allow(*scope)).map(Scope::name).collect();
        names.join(" ")
    }

    /// Whether this is among them.
    pub fn allow(self, scope: Scope) -> bool {
        match scope {
            Scope::Read => self.read,
            Scope::Write => self.write,
            Scope::Delete => self.delete,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_what_their_names_say() {
        let scopes = Scopes::of(["read", "delete", "admin"]);
        assert_eq!(
            [Scope::Read, Scope::Write, Scope::Delete].map(|scope| scopes.allow(scope)),
            [true, false, true]
        );
        assert_eq!(Scopes::of([Scope::Read, Scope::Write, Scope::Delete].map(Scope::name)), Scopes::ALL);
        assert!(!Scopes::of([]).allow(Scope::Read));
    }
}
