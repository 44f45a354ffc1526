//! The words by which people ask, answer, thank, greet and close, in English, German, French, Spanish
//! and Portuguese.
//!
//! Invariant: lower case, without punctuation but apostrophes; phrases have commas between them, and
//! their words one space.

/// A message that consists of such words only thanks.
pub const THANKS: &str = "\
    thanks, thank, thx, ty, tysm, thankyou, tks, cheers, appreciated, appreciate, ta, danke, dankeschön, \
    dankeschoen, merci, vielen, dank, herzlichen, bedankt, besten, gracias, agradecido, agradecida, \
    obrigado, obrigada, obg, valeu, agradeço, remercie";

/// Greetings and goodbyes.
pub const GREETINGS: &str = "\
    hi, hello, hey, heya, hiya, hallo, servus, moin, morning, afternoon, evening, bye, goodbye, cya, \
    goodnight, gn, night, tschüss, tschuess, ciao, bonjour, salut, bonsoir, coucou, hola, buenos, \
    buenas, adiós, adios, olá, ola, oi, tchau, guten, tag, abend, morgen, grüezi, hej, yo, greetings, \
    welcome, howdy, sup, bom, boa, dia, tarde, noite, días, dias, tardes, noches, journée, soirée, \
    weekend, wochenende, feierabend, wiedersehen, revoir, luego, logo";

/// Words of assent and of nothing more.
pub const ASSENT: &str = "\
    ok, okay, okey, k, kk, sure, yes, yep, yeah, yup, right, alright, cool, nice, great, perfect, \
    awesome, excellent, good, fine, lol, haha, hehe, understood, noted, gotcha, agreed, ja, jo, klar, \
    genau, super, prima, alles, passt, gut, verstanden, oui, ouais, d'accord, accord, parfait, bien, \
    compris, génial, sí, si, vale, perfecto, entendido, claro, listo, bueno, genial, sim, perfeito, \
    ótimo, otimo, entendi, certo, beleza, blz, wow, sweet, excelente, toll, top, np, no problem, \
    de rien, gern, gerne, bitte, nada, welcome, wonderful, brilliant, lovely, tudo, tranquilo, bacana, \
    legal, recebido, recibido, reçu, erledigt";

/// Small words that may stand beside thanks, greetings and assent without making a request of them.
pub const FILLERS: &str = "\
    so, very, much, a, lot, you, all, everyone, everybody, guys, folks, team, there, for, the, your, \
    help, and, again, it, that, this, is, was, that's, thats, it's, its, got, works, worked, working, \
    now, many, i, see, will, do, have, day, one, too, to, in, advance, quick, reply, answer, response, \
    support, oh, ah, ahh, aha, well, und, auch, euch, dir, ihnen, für, die, der, das, hilfe, schnelle, \
    antwort, schon, sehr, nochmal, nochmals, zusammen, alle, allen, leute, einen, schönen, schönes, \
    noch, auf, es, jetzt, funktioniert, geht, klappt, beaucoup, pour, votre, ton, aide, vous, toi, à, \
    tous, tout, le, la, monde, et, c'est, ça, marche, va, fonctionne, maintenant, très, bonne, mille, \
    muchas, mucha, muchísimas, mil, por, su, tu, ayuda, todos, todas, todo, y, ya, funciona, está, esta, \
    muy, hasta, que, tengan, un, buen, ahora, muito, muita, pela, pelo, sua, ajuda, resposta, e, agora, \
    funcionou, deu, até, pessoal, gente, mesmo, um, uma, ótima, otima, out, me, really, im, i'm, good, \
    no, problem, problema, probleme, problème, kein, rien, de, du, vom, mit, with, at, of, my, fast, \
    quickly, be, by, later, soon, today, tomorrow, bis, später, morgen, mañana, amanhã, demain, bientôt, \
    pronto, au";

/// Phrases that say the matter is settled.
pub const SOLVED: &str = "\
    solved, fixed it, resolved, sorted, that fixed it, that worked, it works now, works now, \
    working now, never mind, nevermind, nvm, figured it out, got it working, got it to work, \
    problem solved, all good now, no longer needed, can be closed, found it, that did it, did the trick, \
    it worked, all set, works like a charm, works fine now, works perfectly, gelöst, geloest, erledigt, \
    hat geklappt, klappt jetzt, jetzt klappt, funktioniert jetzt, geht jetzt, jetzt geht, \
    jetzt funktioniert, hat sich erledigt, problem behoben, behoben, résolu, resolu, réglé, c'est bon, \
    ça marche maintenant, ça fonctionne maintenant, laisse tomber, laissez tomber, j'ai trouvé, \
    resuelto, solucionado, arreglado, ya funciona, ya está, ahora funciona, no importa, olvídalo, \
    olvidalo, resolvido, resolveu, funcionou, consegui, já funciona, agora funciona, deu certo, \
    deixa pra lá, esquece, ça marche, ya funcionó, lo solucioné, lo resolví, já resolvi";

/// Phrases after which something is still wrong or wanted, whatever else is said.
pub const TROUBLE: &str = "\
    still, doesn't, doesnt, does not, don't work, dont work, not working, isn't working, isnt working, \
    won't, wont, can't, cant, cannot, fails, failed, failing, fail, error, errors, broken, \
    again the same, same problem, same issue, same error, no luck, not yet, unable, stuck, wrong, crash, \
    crashes, crashed, issue, not solved, not fixed, not resolved, unsolved, unresolved, trotzdem, \
    immer noch, noch immer, leider, geht nicht, fehler, kaputt, weiterhin, toujours pas, toujours, \
    encore, erreur, ne marche, ne fonctionne, marche pas, pas encore, todavía, todavia, aún, sigue, \
    no funciona, no puedo, fallo, falla, ainda, erro, continua, no me, no se, no lo, no va, nothing, \
    nada funciona";

/// Phrases that ask, without a question mark too.
pub const ASKING: &str = "\
    how do, how to, how can, how would, how should, what is, what's, whats, what are, who knows, \
    does anyone, does anybody, do you, did anyone, anyone, anybody, any one, any idea, any ideas, \
    any way, any clue, any help, any news, any update, can i, can you, can someone, can somebody, \
    could you, could someone, could i, would you, is there, are there, is it possible, should i, please, \
    pls, plz, need help, help me, i need, need to know, looking for, wondering, wonder if, i'm trying, \
    im trying, i am trying, trying to, having trouble, having problems, having a problem, having issues, \
    having an issue, have a problem, have a question, have an issue, got a problem, got a question, \
    problem with, not able to, unable to, tell me, i want to, i would like, i'd like, was ist, kann ich, \
    kann jemand, kannst du, können sie, könnt ihr, könnte, gibt es, weiß jemand, hat jemand, \
    ich brauche, brauche hilfe, ich möchte, ich suche, hilfe bei, bitte um, frage zu, eine frage, \
    problem mit, est-ce, est ce, qu'est, peut-on, pouvez, pourriez, peux-tu, puis-je, quelqu'un, \
    j'ai besoin, je cherche, je voudrais, s'il vous plaît, svp, une question, un problème, por qué, \
    puedo, puede, pueden, podría, podrían, alguien, hay alguna, necesito, busco, quisiera, por favor, \
    una pregunta, un problema, ayúdame, quiero saber, por que, posso, pode, podem, poderia, alguém, \
    preciso, gostaria, uma pergunta, uma dúvida, um problema, queria saber, me ajuda";

/// How answers begin or what stands in them.
pub const ANSWERING: &str = "\
    yes, yep, yeah, yup, no, nope, nah, try, use, you, your, check, see, look, run, just, then, because, \
    should, did you, have you, are you, it should, you can, you need, you should, you could, maybe, \
    probably, depends, afaik, i think, not sure, sure, read, install, click, open, set, add, put, type, \
    well, that, it's, its, that's, ja, nein, versuch, versuche, probier, du, sie, schau, oui, non, \
    essaie, essayez, tu, vous, regarde, sí, prueba, intenta, puedes, mira, usted, sim, não, tente, \
    tenta, você, veja, olha";

/// Words that call upon everybody.
pub const EVERYBODY: &str = "\
    all, everyone, everybody, guys, folks, anyone, anybody, someone, somebody, alle, zusammen, leute, \
    jemand, irgendwer, tous, quelqu'un, todos, alguien, pessoal, gente, alguém, there, team";

/// Words by which people speak of themselves and what they have.
pub const MYSELF: &str = "\
    i, i'm, im, i've, ive, my, me, mine, we, our, ich, mein, meine, mir, wir, je, j'ai, mon, ma, mes, \
    nous, yo, mi, mis, tengo, eu, meu, minha, tenho";

/// Words by which people speak to one other.
pub const YOU: &str = "\
    you, your, you're, youre, u, ur, you'll, you've, du, dein, deine, dir, dich, sie, ihr, tu, toi, ton, \
    vous, votre, usted, tú, te, tus, você, vc, seu, sua";

/// Words that ask where a sentence begins with them.
pub const OPENERS: &str = "\
    how, what, why, where, which, when, who, whose, is, are, does, do, did, can, could, would, will, \
    has, any, wie, was, warum, wieso, weshalb, wo, wann, wer, welche, welcher, welches, ist, sind, kann, \
    gibt, habt, haben, hat, comment, pourquoi, où, quand, quel, quelle, quels, qui, cómo, como, dónde, \
    donde, cuándo, cuando, cuál, cual, qué, quién, hay, onde, quando, qual, quais, quem, quanto, cuánto";

/// Words that turn a sentence round: with thanks beside them more is coming.
pub const TURNING: &str = "\
    but, however, aber, mais, pero, mas, jedoch, cependant, sin embargo, porém, nicht, não, nao, didn't, \
    didnt, did not, what about, and what";
