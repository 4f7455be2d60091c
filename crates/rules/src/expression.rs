//! One compiled condition: CEL, bounded before it is parsed and again after.
//!
//! The parser is ANTLR's, whose time and memory can grow steeply with length and nesting on bad input (cel-rust issues 212 and
//! 306), so both are bounded on the source first and parsing has a thread with a stack of its own. What a condition may cost is
//! worked out from its tree: all lists and texts that it can reach are bounded in `features`, so the worst case is known at load.

use std::{sync::Arc, thread};

use cel::{
    Context, Env, IdedExpr, Value,
    common::{
        ast::{CallExpr, ComprehensionExpr, EntryExpr, Expr, LiteralValue},
        types::{CelBool, CelList, CelString},
    },
};
use vigie_text::fold_phrase;

use crate::{
    Problem,
    features::{Features, LIST},
    need::{Need, Phrases},
    schema,
};

/// Longest expression, in bytes.
pub(crate) const LENGTH: usize = 1000;
/// Deepest nesting of brackets.
const BRACKETS: usize = 12;
/// Deepest tree.
const DEPTH: usize = 64;
/// Most steps of one expression.
const COST: u64 = 10_000;
/// Steps of a look through a text, in those of a comparison.
const LOOK: u64 = 16;
/// Stack of the parsing thread, in bytes.
const STACK: usize = 8 << 20;

/// A compiled condition.
#[derive(Debug)]
pub(crate) struct Expression {
    tree: IdedExpr,
    /// Steps in the worst case.
    pub(crate) cost: u64,
}

/// The functions that conditions may call, compiled once for all rules.
pub(crate) fn environment() -> Arc<Env> {
    let mut env = Env::stdlib();
    // The names are new, so that adding them cannot fail.
    let added = [
        cel::add_member_overload!(env, fn says: (CelString, CelString) -> CelBool),
        cel::add_member_overload!(env, fn says_any: (CelString, CelList) -> CelBool, name = "says_any"),
    ];
    debug_assert!(added.iter().all(Result::is_ok));
    Arc::new(env)
}

fn says(words: &CelString<'_>, phrase: &CelString<'_>) -> CelBool {
    CelBool::from(words.inner().contains(phrase.inner()))
}

fn says_any(words: &CelString<'_>, phrases: &CelList<'_>) -> CelBool {
    let said = |phrase: &CelString<'_>| words.inner().contains(phrase.inner());
    CelBool::from(phrases.inner().iter().any(|phrase| phrase.downcast_ref::<CelString<'_>>().is_some_and(said)))
}

impl Expression {
    /// Parses, bounds and checks conditions, on a thread with room for the parser.
    ///
    /// # Errors
    /// The number of the first condition that cannot be used, with what is wrong with it.
    pub(crate) fn compile_all(sources: &[&str], env: &Env) -> Result<Vec<Self>, (usize, Problem)> {
        let all = || sources.iter().enumerate().map(|(number, source)| Self::compile(source, env).map_err(|problem| (number, problem))).collect();
        thread::scope(|scope| {
            let parser = thread::Builder::new().name("rules".into()).stack_size(STACK).spawn_scoped(scope, all);
            let failed = |what: &str| Err((0, Problem::Syntax(what.to_owned())));
            match parser.map(thread::ScopedJoinHandle::join) {
                Ok(Ok(compiled)) => compiled,
                Ok(Err(_)) => failed("the parser failed"),
                Err(_) => failed("the system gives no thread to parse on"),
            }
        })
    }

    fn compile(source: &str, env: &Env) -> Result<Self, Problem> {
        bound_source(source)?;
        let mut tree = env.parser().error_recovery_limit(1).parse(source).map_err(|errors| Problem::Syntax(first_line(&errors)))?;
        let cost = Check::default().node(&tree)?;
        if cost > COST {
            return Err(Problem::Costly { cost, limit: COST });
        }
        fold_phrases(&mut tree)?;
        Ok(Self { tree, cost })
    }

    /// What the condition needs before it can hold.
    pub(crate) fn need(&self, phrases: &mut Phrases) -> Need {
        Need::read(&self.tree, phrases)
    }

    /// Whether the condition names a variable.
    pub(crate) fn names(&self, variable: &str) -> bool {
        self.tree.references().has_variable(variable)
    }

    /// Whether the condition holds; none if it cannot be evaluated, as where a text is compared with a number.
    pub(crate) fn holds(&self, context: &Context<'_, '_>) -> Option<bool> {
        match Value::resolve(&self.tree, context) {
            Ok(Value::Bool(holds)) => Some(holds),
            _ => None,
        }
    }
}

/// The context in which the conditions of one post are evaluated.
pub(crate) fn context<'f>(env: &Arc<Env>, features: &'f Features<'_, '_>) -> Context<'f, 'f> {
    let mut context = Context::with_env(Arc::clone(env));
    context.set_variable_resolver(features);
    context
}

/// Length and nesting, before the parser sees anything.
fn bound_source(source: &str) -> Result<(), Problem> {
    if source.len() > LENGTH {
        return Err(Problem::Long { length: source.len(), limit: LENGTH });
    }
    let mut open = 0_usize;
    for byte in source.bytes() {
        match byte {
            b'(' | b'[' | b'{' => open += 1,
            b')' | b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        if open > BRACKETS {
            return Err(Problem::Deep { limit: BRACKETS });
        }
    }
    Ok(())
}

fn first_line(errors: &cel::ParseErrors) -> String {
    errors.errors.first().map_or_else(|| "it cannot be read".to_owned(), |error| format!("line {}, column {}: {}", error.pos.0, error.pos.1, error.msg))
}

/// A walk over the tree that knows the names in scope and counts steps.
#[derive(Default)]
struct Check<'t> {
    scope: Vec<&'t str>,
    depth: usize,
}

impl<'t> Check<'t> {
    fn node(&mut self, node: &'t IdedExpr) -> Result<u64, Problem> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(Problem::Deep { limit: DEPTH });
        }
        let below = match &node.expr {
            Expr::Ident(name) => self.identifier(name),
            Expr::Select(select) => {
                self.field(&select.operand, &select.field)?;
                self.node(&select.operand)
            }
            Expr::Call(call) => self.call(call),
            Expr::List(list) => self.sum(&list.elements),
            Expr::Map(map) => map.entries.iter().try_fold(0, |sum, entry| Ok(sum + self.entry(&entry.expr)?)),
            Expr::Comprehension(comprehension) => self.comprehension(comprehension),
            Expr::Struct(made) => Err(Problem::Unknown { what: "type", name: made.type_name.clone(), hint: String::new() }),
            Expr::Literal(_) | Expr::Unspecified => Ok(0),
        };
        self.depth -= 1;
        Ok(below?.saturating_add(1))
    }

    fn sum(&mut self, nodes: &'t [IdedExpr]) -> Result<u64, Problem> {
        nodes.iter().try_fold(0_u64, |sum, node| Ok(sum.saturating_add(self.node(node)?)))
    }

    fn entry(&mut self, entry: &'t EntryExpr) -> Result<u64, Problem> {
        match entry {
            EntryExpr::MapEntry(entry) => Ok(self.node(&entry.key)?.saturating_add(self.node(&entry.value)?)),
            EntryExpr::StructField(field) => self.node(&field.value),
        }
    }

    fn identifier(&self, name: &str) -> Result<u64, Problem> {
        if self.scope.contains(&name) {
            return Ok(0);
        }
        schema::check_variable(name)?;
        Ok(0)
    }

    fn field(&self, operand: &IdedExpr, field: &str) -> Result<(), Problem> {
        let of = match &operand.expr {
            Expr::Ident(name) if !self.scope.contains(&name.as_str()) => Some(name.as_str()),
            _ => None,
        };
        schema::check_field(of.filter(|name| schema::number(name).is_some()), field)
    }

    fn call(&mut self, call: &'t CallExpr) -> Result<u64, Problem> {
        schema::check_function(&call.func_name)?;
        let target = call.target.as_deref().map_or(Ok(0), |target| self.node(target))?;
        let arguments = self.sum(&call.args)?;
        let own = match call.func_name.as_str() {
            "says" | "contains" => LOOK,
            "says_any" => LOOK * call.args.first().map_or(1, size),
            "@in" => call.args.get(1).map_or(1, size),
            _ => 0,
        };
        Ok(target.saturating_add(arguments).saturating_add(own))
    }

    /// A macro over a list: its step costs as often as the list may be long.
    fn comprehension(&mut self, of: &'t ComprehensionExpr) -> Result<u64, Problem> {
        let outside = self.node(&of.iter_range)?.saturating_add(self.node(&of.accu_init)?);
        let names = [Some(of.iter_var.as_str()), of.iter_var2.as_deref(), Some(of.accu_var.as_str())];
        let before = self.scope.len();
        self.scope.extend(names.into_iter().flatten());
        let turn = self.node(&of.loop_cond)?.saturating_add(self.node(&of.loop_step)?);
        let result = self.node(&of.result)?;
        self.scope.truncate(before);
        Ok(outside.saturating_add(turn.saturating_mul(size(&of.iter_range))).saturating_add(result))
    }
}

/// How many elements a list may have at most.
fn size(list: &IdedExpr) -> u64 {
    let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
    match &list.expr {
        Expr::List(list) => count(list.elements.len()),
        Expr::Map(map) => count(map.entries.len()),
        Expr::Comprehension(of) => size(&of.iter_range),
        Expr::Call(call) => call.args.iter().map(size).fold(0, u64::saturating_add),
        Expr::Ident(name) if schema::number(name).is_some() => count(LIST),
        Expr::Select(_) => count(LIST),
        // Perhaps an element of a list written in the expression itself.
        _ => count(LENGTH),
    }
}

/// The phrases of `says` and `says_any` are compared with folded words, so they are folded too, once.
fn fold_phrases(node: &mut IdedExpr) -> Result<(), Problem> {
    if let Expr::Call(call) = &mut node.expr
        && matches!(call.func_name.as_str(), "says" | "says_any")
    {
        return call.args.iter_mut().try_for_each(fold_argument);
    }
    match &mut node.expr {
        Expr::Call(call) => call.target.as_deref_mut().into_iter().chain(&mut call.args).try_for_each(fold_phrases),
        Expr::Select(select) => fold_phrases(&mut select.operand),
        Expr::List(list) => list.elements.iter_mut().try_for_each(fold_phrases),
        Expr::Map(map) => map.entries.iter_mut().try_for_each(|entry| match &mut entry.expr {
            EntryExpr::MapEntry(entry) => fold_phrases(&mut entry.key).and_then(|()| fold_phrases(&mut entry.value)),
            EntryExpr::StructField(field) => fold_phrases(&mut field.value),
        }),
        Expr::Comprehension(of) => {
            [&mut of.iter_range, &mut of.accu_init, &mut of.loop_cond, &mut of.loop_step, &mut of.result].into_iter().try_for_each(fold_phrases)
        }
        Expr::Ident(_) | Expr::Literal(_) | Expr::Struct(_) | Expr::Unspecified => Ok(()),
    }
}

fn fold_argument(argument: &mut IdedExpr) -> Result<(), Problem> {
    match &mut argument.expr {
        Expr::Literal(LiteralValue::String(phrase)) => {
            let folded = fold_phrase(phrase.inner());
            if folded.is_empty() {
                return Err(Problem::Syntax(format!("`says` is given {:?}, in which there is no word", phrase.inner())));
            }
            *phrase = CelString::from(format!(" {folded} "));
            Ok(())
        }
        Expr::List(list) => list.elements.iter_mut().try_for_each(fold_argument),
        _ => Err(Problem::Syntax("`says` and `says_any` take words in quotation marks only".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compile(source: &str) -> Result<Expression, Problem> {
        Expression::compile_all(&[source], &environment()).map(|mut all| all.remove(0)).map_err(|(_, problem)| problem)
    }

    #[test]
    fn bounds_come_before_the_parser() {
        assert!(matches!(compile(&"1".repeat(LENGTH + 1)), Err(Problem::Long { .. })));
        assert!(matches!(compile(&("(".repeat(13) + "true" + &")".repeat(13))), Err(Problem::Deep { .. })));
        assert!(matches!(compile(&vec!["true"; 70].join(" ? true : ")), Err(Problem::Deep { .. } | Problem::Syntax(_))));
        assert!(matches!(compile(&"!".repeat(500)), Err(Problem::Syntax(_))));
    }

    #[test]
    fn unknown_names_are_refused_with_a_hint() {
        let problem = |source: &str| compile(source).unwrap_err().to_string();
        assert_eq!(problem("pots.text == ''"), "its expression names variable `pots`, which there is not; did you mean `post`?");
        assert!(problem("post.txt == ''").ends_with("`txt`, which there is not; did you mean `text`?"));
        assert!(problem("spans.exists(s, s.knd == 'K01')").ends_with("did you mean `kind`?"));
        assert!(problem("post.text.matches('(a+)+')").contains("function `matches`"));
        assert!(problem("post.words.says(post.lang)").contains("quotation marks"));
    }

    #[test]
    fn steps_multiply_with_nesting() {
        let flat = compile("spans.exists(s, s.kind == 'K01')").unwrap().cost;
        assert!((32..1000).contains(&flat), "{flat}");
        let nested = "spans.exists(a, spans.exists(b, spans.exists(c, a.kind == b.kind && b.kind == c.kind)))";
        assert!(matches!(compile(nested), Err(Problem::Costly { .. })));
        let doubled = "(spans + spans).exists(a, (spans + spans).exists(b, a == b && a.text.contains(b.text)))";
        assert!(matches!(compile(doubled), Err(Problem::Costly { .. })));
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

        /// cel-rust issue 306: garbage of some 125 bytes took exponential memory.
        #[test]
        fn garbage_is_refused_not_fatal(source in "[ -~]{0,200}|[(\\[{?:.,a!-]{0,160}") {
            drop(compile(&source));
        }
    }
}
