//! Images of one's own, as the configuration describes them, and what is known of any image.

use super::table::{NOT_IN_BUSYBOX, NOT_IN_DEBIAN};
use super::{Confidence, KnownImage, Sh, User, find, processes};
use crate::kube::Container;
use crate::kube::image::Image;

/// An image that the configuration describes. What isn't set isn't known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnImage {
    /// The repository; with a tag it is that one alone.
    pub name: String,
    /// What `sh` is.
    pub sh: Option<Sh>,
    /// The user that it runs as: a number or a name.
    pub user: Option<String>,
    /// Its entrypoint.
    pub entrypoint: Option<Vec<String>>,
    /// Its commands, beside those of its base.
    pub commands: Option<Vec<String>>,
}

impl OwnImage {
    fn is(&self, image: &Image<'_>) -> bool {
        let own = Image::parse(&self.name);
        own.repository == image.repository && (own.tag.is_none() || own.tag == image.tag)
    }

    /// Where its commands are named, what its base lacks and isn't among them is surely not there.
    fn has(&self, command: &str) -> Option<bool> {
        let commands = self.commands.as_deref();
        if commands.is_some_and(|commands| commands.iter().any(|own| own == command)) {
            return Some(true);
        }
        let lacks = match self.sh? {
            _ if commands.is_none() => &[],
            Sh::Ash => NOT_IN_BUSYBOX,
            Sh::Dash => NOT_IN_DEBIAN,
            Sh::Bash | Sh::None => &[],
        };
        if lacks.contains(&command) { Some(false) } else { self.sh?.has(command) }
    }
}

/// The images that are known: those of the configuration, then those of the table.
#[derive(Debug, Clone, Default)]
pub struct Images {
    own: Vec<OwnImage>,
}

impl Images {
    /// Those that the configuration describes, and the table.
    #[must_use]
    pub fn new(own: Vec<OwnImage>) -> Self {
        Self { own }
    }

    /// What is known of the image of `container`, unless that is doubtful.
    #[must_use]
    pub fn of(&self, container: &Container<'_>) -> Option<Known<'_>> {
        self.find(&container.image()?).filter(|known| known.confidence() >= Confidence::Medium)
    }

    /// The words of the process that `image` starts with `args` and without a `command`; `None` where that isn't known.
    /// `may_be` tells whether a variable of the container may have that value.
    #[must_use]
    pub fn process(
        &self,
        image: &Image<'_>,
        args: &[&str],
        may_be: &dyn Fn(&str, &str) -> bool,
    ) -> Option<Vec<String>> {
        let known = self.find(image);
        if let Some(entrypoint) = known.and_then(Known::entrypoint) {
            return Some(entrypoint.iter().chain(args).map(|word| (*word).to_owned()).collect());
        }
        // Of one's own image what isn't set isn't known.
        if matches!(known, Some(Known::Own(_))) { None } else { processes::process(image, args, may_be) }
    }

    /// What is known of `image`; the last that the configuration says of it counts first.
    #[must_use]
    pub fn find(&self, image: &Image<'_>) -> Option<Known<'_>> {
        let own = self.own.iter().rev().find(|own| own.is(image)).map(Known::Own);
        own.or_else(|| find(image).map(Known::Public))
    }
}

/// What is known of an image.
#[derive(Debug, Clone, Copy)]
pub enum Known<'i> {
    /// By the table.
    Public(&'static KnownImage),
    /// By the configuration.
    Own(&'i OwnImage),
}

impl<'i> Known<'i> {
    /// What `sh` is.
    #[must_use]
    pub fn sh(self) -> Option<Sh> {
        match self {
            Self::Public(image) => Some(image.sh),
            Self::Own(image) => image.sh,
        }
    }

    /// The user that it runs as.
    #[must_use]
    pub fn user(self) -> User<'i> {
        match self {
            Self::Public(image) => image.user,
            Self::Own(image) => match image.user.as_deref() {
                None => User::Unknown,
                Some("root" | "0") => User::Root,
                Some(user) => user.parse().map_or(User::Name(user), User::Id),
            },
        }
    }

    /// Its entrypoint.
    #[must_use]
    pub fn entrypoint(self) -> Option<Vec<&'i str>> {
        match self {
            Self::Public(image) => image.entrypoint.map(<[&str]>::to_vec),
            Self::Own(image) => Some(image.entrypoint.as_ref()?.iter().map(String::as_str).collect()),
        }
    }

    /// Whether `command` is surely there (`true`) or surely not (`false`).
    #[must_use]
    pub fn has(self, command: &str) -> Option<bool> {
        match self {
            Self::Public(image) => image.has(command),
            Self::Own(image) => image.has(command),
        }
    }

    /// How sure all this is.
    #[must_use]
    pub fn confidence(self) -> Confidence {
        match self {
            Self::Public(image) => image.confidence,
            Self::Own(_) => Confidence::High,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(name: &str, sh: Sh, commands: Option<&[&str]>) -> OwnImage {
        let commands = commands.map(|commands| commands.iter().map(|&own| own.to_owned()).collect());
        OwnImage {
            name: name.to_owned(),
            sh: Some(sh),
            user: Some("app".to_owned()),
            commands,
            ..OwnImage::default()
        }
    }

    #[test]
    fn what_the_configuration_says_counts_first() {
        let images = Images::new(vec![
            own("busybox", Sh::Bash, None),
            own("r.example/tools", Sh::Ash, Some(&["curl"])),
            own("r.example/tools:2", Sh::Dash, None),
        ]);
        let find = |reference| images.find(&Image::parse(reference));
        assert_eq!(find("busybox:1.36").and_then(Known::sh), Some(Sh::Bash));
        assert_eq!(find("r.example/tools:1").and_then(Known::sh), Some(Sh::Ash));
        assert_eq!(find("r.example/tools:2").and_then(Known::sh), Some(Sh::Dash));
        assert_eq!(find("alpine:3").and_then(Known::sh), Some(Sh::Ash));
        assert!(find("r.example/other").is_none());
        assert_eq!(find("r.example/tools").map(Known::user), Some(User::Name("app")));
    }

    #[test]
    fn named_commands_tell_what_is_missing() {
        let images = Images::new(vec![own("a", Sh::Ash, Some(&["curl"])), own("b", Sh::Dash, None)]);
        let has = |reference, command| images.find(&Image::parse(reference)).unwrap().has(command);
        assert_eq!(has("a", "curl"), Some(true));
        assert_eq!(has("a", "git"), Some(false));
        assert_eq!(has("a", "sh"), Some(true));
        assert_eq!(has("a", "anything"), None);
        assert_eq!(has("b", "curl"), None);
    }
}
