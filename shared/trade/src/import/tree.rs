//! A small, bounded element tree of an XML document, remembering lines and what was read.

use std::cell::Cell;
use std::collections::BTreeSet;

use quick_xml::NsReader;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::ResolveResult;

use super::ImportError;
use super::report::MAX_ENTRIES;

/// UBL nests about twelve deep; foreign extensions deeper.
const MAX_DEPTH: usize = 64;
/// An invoice of ten thousand lines has about thirty elements in each.
const MAX_ELEMENTS: usize = 500_000;
const MAX_ATTRIBUTES: usize = 64;

/// Whose vocabulary an element belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Namespace {
    Ubl,
    Cii,
    Other,
}

impl Namespace {
    fn of(uri: &str) -> Self {
        if uri.starts_with("urn:oasis:names:specification:ubl:schema:xsd:") {
            Self::Ubl
        } else if uri.starts_with("urn:un:unece:uncefact:data:standard:") {
            Self::Cii
        } else {
            Self::Other
        }
    }
}

struct Element {
    name: String,
    namespace: Namespace,
    attributes: Vec<(String, String)>,
    text: String,
    children: Vec<usize>,
    parent: usize,
    line: usize,
    read: Cell<bool>,
}

/// A whole document. The root is element 0.
pub(super) struct Tree {
    elements: Vec<Element>,
}

impl Tree {
    /// Reads a document.
    pub(super) fn parse(text: &str) -> Result<Self, ImportError> {
        let mut reader = NsReader::from_str(text);
        reader.config_mut().enable_all_checks(true);
        let mut tree = Self { elements: Vec::new() };
        let mut open: Vec<usize> = Vec::new();
        let (mut line, mut counted) = (1, 0);
        loop {
            let position = usize::try_from(reader.buffer_position()).unwrap_or(text.len());
            line +=
                text.as_bytes().get(counted..position).map_or(0, |part| part.iter().filter(|b| **b == b'\n').count());
            counted = position;
            let malformed = |error: &dyn std::fmt::Display| ImportError::Malformed { line, message: error.to_string() };
            let (namespace, event) = reader.read_resolved_event().map_err(|error| malformed(&error))?;
            match event {
                Event::Start(start) => {
                    let namespace = resolved(&namespace, line)?;
                    let index = tree.add(&start, namespace, &open, line)?;
                    open.push(index);
                }
                Event::Empty(start) => {
                    let namespace = resolved(&namespace, line)?;
                    tree.add(&start, namespace, &open, line)?;
                }
                Event::End(_) => {
                    open.pop();
                }
                Event::Text(part) => tree.text(&open, &part.xml10_content(), line)?,
                Event::CData(part) => tree.text(&open, &part.xml10_content(), line)?,
                Event::GeneralRef(reference) => {
                    tree.text(&open, character(&reference, line)?.encode_utf8(&mut [0; 4]), line)?
                }
                Event::DocType(_) => return Err(ImportError::Entity { line }),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
                Event::Eof => break,
            }
        }
        if tree.elements.is_empty() || !open.is_empty() {
            return Err(ImportError::Malformed { line, message: "the document ends too early".to_owned() });
        }
        Ok(tree)
    }

    fn add(
        &mut self,
        start: &BytesStart,
        namespace: Namespace,
        open: &[usize],
        line: usize,
    ) -> Result<usize, ImportError> {
        let index = self.elements.len();
        if index >= MAX_ELEMENTS {
            return Err(ImportError::TooComplex { line, what: "too many elements" });
        }
        if open.len() >= MAX_DEPTH {
            return Err(ImportError::TooComplex { line, what: "elements nested too deep" });
        }
        match open.last().and_then(|parent| self.elements.get_mut(*parent)) {
            Some(parent) => parent.children.push(index),
            None if index == 0 => {}
            None => return Err(ImportError::Malformed { line, message: "a second root element".to_owned() }),
        }
        let mut attributes = Vec::new();
        for attribute in start.attributes() {
            let malformed = |message: String| ImportError::Malformed { line, message };
            let attribute = attribute.map_err(|error| malformed(error.to_string()))?;
            if attributes.len() >= MAX_ATTRIBUTES {
                return Err(ImportError::TooComplex { line, what: "too many attributes" });
            }
            let value = attribute.normalized_value(quick_xml::XmlVersion::Explicit1_0);
            let value = value.map_err(|error| malformed(error.to_string()))?;
            attributes.push((attribute.key.local_name().as_ref().to_owned(), value.into_owned()));
        }
        self.elements.push(Element {
            name: start.local_name().as_ref().to_owned(),
            namespace,
            attributes,
            text: String::new(),
            children: Vec::new(),
            parent: open.last().copied().unwrap_or(0),
            line,
            read: Cell::new(false),
        });
        Ok(index)
    }

    fn text(&mut self, open: &[usize], text: &str, line: usize) -> Result<(), ImportError> {
        match open.last().and_then(|index| self.elements.get_mut(*index)) {
            Some(element) => element.text.push_str(text),
            None if text.trim().is_empty() => {}
            None => return Err(ImportError::Malformed { line, message: "text outside the root element".to_owned() }),
        }
        Ok(())
    }

    /// The root element.
    pub(super) fn root(&self) -> Node<'_> {
        Node { tree: self, index: 0 }
    }

    /// Paths of the topmost elements that nobody read, each once.
    pub(super) fn unread(&self) -> Vec<String> {
        let mut paths = BTreeSet::new();
        for (index, element) in self.elements.iter().enumerate().skip(1) {
            let parent_read = self.elements.get(element.parent).is_some_and(|parent| parent.read.get());
            let empty = element.text.trim().is_empty() && element.children.is_empty();
            if !element.read.get() && parent_read && !empty && paths.len() < MAX_ENTRIES {
                paths.insert(Node { tree: self, index }.path());
            }
        }
        paths.into_iter().collect()
    }
}

fn resolved(namespace: &ResolveResult, line: usize) -> Result<Namespace, ImportError> {
    match namespace {
        ResolveResult::Bound(namespace) => Ok(Namespace::of(namespace.as_ref())),
        ResolveResult::Unbound => Ok(Namespace::Other),
        ResolveResult::Unknown(_) => {
            Err(ImportError::Malformed { line, message: "an undeclared namespace prefix".to_owned() })
        }
    }
}

/// The character of a character reference or of one of XML's own five entities.
fn character(reference: &BytesRef, line: usize) -> Result<char, ImportError> {
    if reference.is_char_ref() {
        let found = reference.resolve_char_ref();
        return found
            .ok()
            .flatten()
            .ok_or_else(|| ImportError::Malformed { line, message: "a wrong character reference".to_owned() });
    }
    match reference.xml10_content().as_ref() {
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "amp" => Ok('&'),
        "apos" => Ok('\''),
        "quot" => Ok('"'),
        _ => Err(ImportError::Entity { line }),
    }
}

/// An element in its tree. Reading marks it, so that what nobody asked for can be reported.
#[derive(Clone, Copy)]
pub(super) struct Node<'a> {
    tree: &'a Tree,
    index: usize,
}

impl<'a> Node<'a> {
    fn element(self) -> Option<&'a Element> {
        let element = self.tree.elements.get(self.index);
        if let Some(element) = element {
            element.read.set(true);
        }
        element
    }

    /// Local name.
    pub(super) fn name(self) -> &'a str {
        self.element().map_or("", |element| &element.name)
    }

    /// Whose vocabulary it belongs to.
    pub(super) fn namespace(self) -> Namespace {
        self.element().map_or(Namespace::Other, |element| element.namespace)
    }

    /// Line that it starts in.
    pub(super) fn line(self) -> usize {
        self.element().map_or(0, |element| element.line)
    }

    /// Path of local names from the root.
    pub(super) fn path(self) -> String {
        let mut names = Vec::new();
        let mut index = self.index;
        while let Some(element) = self.tree.elements.get(index) {
            names.push(element.name.as_str());
            if index == 0 {
                break;
            }
            index = element.parent;
        }
        names.iter().rev().flat_map(|name| ["/", name]).collect()
    }

    /// Its text without white space around, unless that leaves nothing.
    pub(super) fn text(self) -> Option<&'a str> {
        let text = self.element()?.text.trim();
        (!text.is_empty()).then_some(text)
    }

    /// An attribute's value, unless empty.
    pub(super) fn attribute(self, name: &str) -> Option<&'a str> {
        let (_, value) = self.element()?.attributes.iter().find(|(attribute, _)| attribute == name)?;
        let value = value.trim();
        (!value.is_empty()).then_some(value)
    }

    /// Every child of that local name in the root's vocabulary; elements of others' extensions never count.
    pub(super) fn all(self, name: &'a str) -> impl Iterator<Item = Node<'a>> {
        let tree = self.tree;
        let vocabulary = tree.elements.first().map(|root| root.namespace);
        let children: &'a [usize] = self.element().map_or(&[], |element| &element.children);
        children.iter().filter_map(move |index| {
            let child = tree.elements.get(*index)?;
            if child.name != name || Some(child.namespace) != vocabulary {
                return None;
            }
            child.read.set(true);
            Some(Node { tree, index: *index })
        })
    }

    /// The first element down a path such as `Party/PartyName/Name`, trying every branch.
    pub(super) fn at(self, path: &'a str) -> Option<Node<'a>> {
        match path.split_once('/') {
            None => self.all(path).next(),
            Some((name, rest)) => self.all(name).find_map(|child| child.at(rest)),
        }
    }

    /// The first non-empty text down a path.
    pub(super) fn text_at(self, path: &'a str) -> Option<&'a str> {
        match path.split_once('/') {
            None => self.all(path).find_map(Node::text),
            Some((name, rest)) => self.all(name).find_map(|child| child.text_at(rest)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UBL: &str = "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2";

    #[test]
    fn finds_by_local_name_in_the_vocabulary_only() {
        let xml = format!(
            "<q:a xmlns:q='{UBL}'><x xmlns='urn:other'>no</x>\n<q:x b=' 1 '>&lt;y&#233;s<![CDATA[&]]></q:x></q:a>"
        );
        let tree = Tree::parse(&xml).unwrap();
        let x = tree.root().at("x").unwrap();
        assert_eq!((x.text(), x.attribute("b"), x.line(), x.path().as_str()), (Some("<yés&"), Some("1"), 2, "/a/x"));
        assert_eq!(tree.unread(), ["/a/x"]);
    }

    #[test]
    fn refuses_what_attacks_are_made_of() {
        let bomb = "<!DOCTYPE a [<!ENTITY b 'bbbb'>]><a>&b;</a>";
        assert!(matches!(Tree::parse(bomb), Err(ImportError::Entity { line: 1 })));
        assert!(matches!(Tree::parse("<a>\n&b;</a>"), Err(ImportError::Entity { line: 2 })));
        assert!(matches!(Tree::parse(&"<a>".repeat(65)), Err(ImportError::TooComplex { .. })));
        for broken in ["<a>", "<a></b>", "<a/><b/>", "<a/>x", "<b:a/>", "<a b='1' b='2'/>", "<a>&#0;</a>"] {
            assert!(Tree::parse(broken).is_err(), "{broken}");
        }
    }
}
