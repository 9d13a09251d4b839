//! The three things that every merge looks at.

/// The value both sides derive from, and what each side made of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThreeWay<T> {
    /// The common ancestor.
    pub base: T,
    /// What the file says.
    pub file: T,
    /// What the row says.
    pub row: T,
}

impl<T> ThreeWay<T> {
    /// Applies `f` to each of the three.
    pub fn map<U>(self, mut f: impl FnMut(T) -> U) -> ThreeWay<U> {
        ThreeWay { base: f(self.base), file: f(self.file), row: f(self.row) }
    }

    /// Borrows each of the three.
    pub const fn as_ref(&self) -> ThreeWay<&T> {
        ThreeWay { base: &self.base, file: &self.file, row: &self.row }
    }
}
