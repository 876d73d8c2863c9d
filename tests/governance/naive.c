/* SPDX-License-Identifier: MIT
 * PROTOCOL.md, "Governance", in its order and its words; those of the formulas are explained in naive.h. */
#include "naive.h"

/* ---------------------------------------------------------------- Cuts */
RULE(covers, (FACT r, FACT e), ANY_RECORD(c, r, c->log == e->log && (c->head ? leads(e, c->head) : e->seq <= c->seq)));
RULE(begins, (FACT from, FACT e), /* of a GRANT: what comes after */
     !from->cut_count || ANY_RECORD(c, from, c->log == e->log && (c->head ? before(c->head, e) : e->seq > c->seq)));
RULE(lets_stand, (FACT r, FACT e), /* "What a REMOVE cuts" */
     covers(n, r, e) || (r->removes == OF_ITSELF ? !e->past[r->number] : r->removes != BY_ROOT && r->past[e->number]));
RULE(within, (FACT e, enum removes sort), ALL(r, r->removes != sort || r->about != e->author || lets_stand(n, r, e)));

/* ---------------------------------------------------------------- Roots */
RULE(founds, (FACT e), /* 1 */
     IS(e, GENESIS) && e->begins_root_log && e->generation == 0 && same(e->key, &n->scope->root) && e->consented);
RULE(of_one_log, (FACT a, FACT b), a->first == b->first || (founds(n, a->first) && founds(n, b->first)));
RULE(continues, (FACT o), /* 1 */
     opens(o) && o->named && o->named->first->begins_root_log && o->generation == o->named->generation + 1);
RULE(gives, (FACT x, KEY key, FACT head), /* 5 */
     IS(x, HANDOVER) && x->rank == 2 && x->named == head && same(x->device, key));
FIND(handover, (FACT head), FIRST(t, IS(t, HANDOVER) && leads(t, head) && !ANY(s, IS(s, HANDOVER) && before(s, t))));
RULE(is_heir, (KEY key, FACT head), same(key, handover(n, head) ? handover(n, head)->device : head->key));
RULE(may_open, (FACT o, FACT head), /* 2; or 5, where the workspace's root closed the log */
     n->closing != NULL && of_one_log(n, n->closing->named, head)
         ? gives(n, n->closing, o->key, head)
         : is_heir(n, o->key, head) && (handover(n, head) || !ANY(t, IS(t, HANDOVER) && of_one_log(n, t, head))));
FIND(opening, (FACT below), FIRST(o, continues(n, o) && of_one_log(n, o->named, below) && may_open(n, o, o->named)));
RULE(is_second, (FACT b, FACT a), b->seq == 1 && b->log == a->log && b != a);
FIND(unforked, (FACT e), e->next && !(founds(n, e) && ANY(b, is_second(n, b, e))) ? unforked(n, e->next) : e);
FIND(end_above, (FACT o, FACT end), opening(n, o) ? end_above(n, opening(n, o), unforked(n, opening(n, o))) : end);
RULE(leads_up, (FACT e, FACT head), /* 3: through the generations */
     head && (leads(e, head) || (!founds(n, head->first) && leads_up(n, e, head->first->named))));
RULE(superior, (FACT first), /* 4: the first entry of a log of the workspace's root */
     opens(first) && n->scope->kind == GOVERN_GROUP &&
         ANY_THERE(r, r->rank && r->generation == first->generation && same(r->key, first->key)) &&
         (!first->names || (is_under(first->named, first) && superior(n, first->named->first))));
RULE(takes_key, (FACT t, FACT e), /* a HANDOVER in the workspace, of that with which e was written */
     IS(t, HANDOVER) && t->rank && t->generation >= e->generation && !is_heir(n, e->key, n->end));
FIND(loss, (FACT e), FIRST(t, takes_key(n, t, e) && !ANY(s, takes_key(n, s, e) && s->generation < t->generation)));
RULE(ends, (FACT t, FACT e), ANY_CUT(c, t, is_of(c, e) && !ANY_CUT(d, t, is_higher(d, c))));
RULE(ends_superior, (FACT e), /* up to where such a log counts */
     superior(n, e->first) && (loss(n->workspace, e) ? ends(n, loss(n->workspace, e), e)
                                                     : e == unforked(n, FIRST(o, o->log == e->log && superior(n, o)))));
RULE(leads_to_genesis, (FACT head), /* 5 */
     founds(n, head->first) ||
         (continues(n, head->first) && leads_to_genesis(n, head->first->named) &&
          (is_heir(n, head->key, head->first->named) || ANY(x, gives(n, x, head->key, head->first->named)))));
RULE(closes, (FACT x), IS(x, HANDOVER) && x->rank == 2 && x->named && leads_to_genesis(n, x->named));
RULE(is_root_key, (KEY key), /* 7 */
     same(key, &n->scope->root) || (n->end && is_heir(n, key, n->end)) || ANY(e, e->rank == 1 && same(key, e->key)) ||
         (n->closing && same(key, n->closing->device)) || (n->workspace && is_root_key(n->workspace, key)));

/* ---------------------------------------------------------------- Strata, 2 */
RULE(grants, (FACT g, WHO w), g->rank && g->about == w && (IS(g, GRANT) || founds(n, g)) && !w->is_root);
RULE(revokes, (FACT v, FACT g), IS(v, REVOKE) && v->rank >= g->rank && v->named == g);
RULE(authority, (FACT e), /* some interval of its author's instance holds it */
     within(n, e, BY_ROOT) &&
         ANY(g, grants(n, g, e->author) && begins(n, g, e) && ALL(v, !revokes(n, v, g) || covers(n, v, e))));
RULE(root_removes, (FACT r), IS(r, REMOVE) && r->rank && !ANY(g, grants(n, g, r->about) && g->rank > r->rank));
DEFINE(static enum role, rights, (FACT a),
       a->role == ROLE_CARRIER ? ROLE_CARRIER : (a->role && a->role <= ROLE_MEMBER ? ROLE_MEMBER : ROLE_READER));
DEFINE(enum role, naive_role, (WHO w), w->add ? rights(n, w->add) : w->link || w->direct ? ROLE_MEMBER : NO_ROLE);

/* ---------------------------------------------------------------- Strata, 3 */
RULE(is_full, (FACT e), naive_role(n, e->author) == ROLE_MEMBER || authority(n, e));
RULE(belongs, (FACT e), (naive_role(n, e->author) || authority(n, e)) && within(n, e, BY_ROOT));
RULE(leaves, (FACT r), IS(r, REMOVE) && r->about == r->author && belongs(n, r));
RULE(repeats, (FACT r, FACT there), r->cites_there[there->number] && there->removes && same(there->device, r->device));
RULE(brings, (FACT a, WHO w), IS(a, ADD) && a->counts && a->about == w);
RULE(is_stale, (FACT r, FACT there), ANY(a, brings(n, a, r->about) && a->cites_there[there->number]));
RULE(passes_on, (FACT r), /* a removal for the workspace */
     is_full(n, r) && ANYBODY_THERE(a, same(&a->device, r->key) && a->current) &&
         ANY_THERE(w, repeats(n, r, w) && !is_stale(n, r, w)));
RULE(cites_revokes, (FACT r), ALL(g, !grants(n, g, r->about) || ANY(v, revokes(n, v, g) && r->cites[v->number])));
DEFINE(static enum removes, without_admin, (FACT r), /* the first sort that it fits */
       !IS(r, REMOVE) || r->removes || !belongs(n, r) ? r->removes
       : r->about == r->author                        ? (ANY(s, leaves(n, s) && before(s, r)) ? NOT : OF_ITSELF)
       : passes_on(n, r)                              ? FOR_WORKSPACE
       : top(r->author) == top(r->about) && cites_revokes(n, r) ? OF_LINKED
                                                                : NOT);
RULE(looked_at, (FACT r, WHO w), /* of those for the workspace */
     r->removes == FOR_WORKSPACE && r->about == w &&
         (authority(n, r) || !ANY(a, a->removes == FOR_WORKSPACE && a->about == w && authority(n, a))));
RULE(within_3, (FACT e),
     within(n, e, BY_ROOT) && within(n, e, OF_ITSELF) && within(n, e, OF_LINKED) &&
         ALL(r, !looked_at(n, r, e->author) || ANY(s, looked_at(n, s, e->author) && lets_stand(n, s, e))));

/* ---------------------------------------------------------------- Strata, 4 */
RULE(admin_writes, (FACT e), authority(n, e) && within_3(n, e));
RULE(admin_removes, (FACT r),
     IS(r, REMOVE) && !r->removes && r->about != r->author && admin_writes(n, r) && cites_revokes(n, r));
RULE(knows_of, (FACT a, FACT r),
     a->cites[r->number] &&
         (r->removes != FOR_WORKSPACE || !ANY_THERE(w, repeats(n, r, w) && !a->cites_there[w->number])));
RULE(agrees, (FACT a), /* its device did, in it or in what it cites and repeats */
     a->consented || ANY(s, a->cites[s->number] && (IS(s, GENESIS) || IS(s, LINK)) && s->consented && repeated(s, a)));
RULE(adds, (FACT a, bool knowing), /* knowing: it has to cite what removed lower instances */
     (IS(a, ADD) || (a->rank && founds(n, a))) && agrees(n, a) && !same(a->device, a->key) && !a->about->is_root &&
         (a->rank || admin_writes(n, a)) &&
         ALL(r, !knowing || !r->removes || !is_lower(r->about, a->about) || knows_of(n, a, r)));
RULE(holds, (FACT a, WHO w), a->counts && a->about == w && !ANY(b, b->counts && b->about == w && b->cites[a->number]));

/* ---------------------------------------------------------------- Strata, 5 */
RULE(within_4, (FACT e), within_3(n, e) && within(n, e, BY_ADMIN));
RULE(member_writes, (FACT e), is_full(n, e) && within_4(n, e));
RULE(links, (FACT l, int level), /* level: how many LINKs its author is below an ADD */
     IS(l, LINK) && l->consented && !same(l->device, l->key) && !l->about->is_root && !l->about->add &&
         !l->about->link && !ANY(g, grants(n, g, l->about)) && !l->author->direct &&
         is_person(l->author, &l->item->person) && depth(l->author) == level && member_writes(n, l));
RULE(is_first_of_number, (FACT l, int level),
     links(n, l, level) && !ANY(m, m < l && m->author == l->author && same_number(m, l) && links(n, m, level)));
RULE(brings_in, (FACT l, int level),
     is_first_of_number(n, l, level) && !ANY(m, m < l && m->about == l->about && is_first_of_number(n, m, level)));
RULE(precedes, (FACT p, FACT e), IS(p, EPOCH) && p->counts && e->past[p->number]);
RULE(is_next_epoch, (FACT e), /* 1 to 1,000 above the greatest that counts in its past */
     member_writes(n, e) && !ANY(p, e->past[p->number] && p->past[p->number]) && e->height &&
         ALL(p, !precedes(n, p, e) || e->height > p->height) &&
         (e->height <= 1000 || ANY(p, precedes(n, p, e) && e->height - p->height <= 1000)));

/* ---------------------------------------------------------------- What counts; a current member */
RULE(counts, (FACT e),
     IS(e, GENESIS)              ? founds(n, e) && e->rank
     : IS(e, GRANT)              ? grants(n, e, e->about)
     : IS(e, REVOKE)             ? ANY(g, revokes(n, e, g) && grants(n, g, g->about))
     : IS(e, HANDOVER)           ? e->rank == 1 || closes(n, e)
     : IS(e, GENERATION)         ? e->rank && e->seq == 1
     : IS(e, REMOVE)             ? e->removes != NOT
     : IS(e, ADD) || IS(e, LINK) ? e->counts
     : IS(e, KEYSHARE) || (IS(e, CLOCK) && n->scope->kind == GOVERN_DIRECT) ? member_writes(n, e)
     : IS(e, LETTER) ? within_4(n, e) && (naive_role(n, e->author) || ANY(g, grants(n, g, e->author)))
                     : (IS(e, CLOCK) || IS(e, POLICY) || IS(e, PURGE) || IS(e, HOLD)) && admin_writes(n, e));
RULE(is_current, (WHO w),
     (w->add || w->link || w->open || (w->direct && w->there->current)) && !ANY(r, r->removes && r->about == w) &&
         (!n->workspace || ANYBODY_THERE(v, same(&v->device, &w->device) && v->current)));
RULE(is_of_two, (WHO w), /* of a direct chat */
     w->there && (is_person(w->there, &n->scope->people[0]) || is_person(w->there, &n->scope->people[1])) &&
         (w->there->open || naive_role(n->workspace, w->there) != ROLE_CARRIER));
DEFINE(bool, naive_needs_newer, (FACT e), e->type > ENTRY_LETTER && (e->rank || admin_writes(n, e)));
RULE(is_policy, (FACT p), /* one of those that hold */
     p->counts && (IS(p, POLICY) ? !ANY(q, IS(q, POLICY) && q->counts && q->cites[p->number])
                                 : IS(p, GENESIS) && !ANY(q, IS(q, POLICY) && q->counts)));
DEFINE(bool, naive_policy, (bool share, uint64_t days),
       share == ALL(p, !is_policy(n, p) || p->share) && ANY(p, is_policy(n, p) && p->days == days) &&
           ALL(p, !is_policy(n, p) || !days || (p->days && p->days <= days)));

/* ---------------------------------------------------------------- Content */
RULE(by_admin, (FACT r), r->removes == BY_ADMIN || (r->removes == FOR_WORKSPACE && authority(n, r)));
RULE(bounds, (FACT r, WHO w), /* what w may say, unless it is replaced */
     r->about == w && r->removes && r->removes != OF_ITSELF && (r->removes != FOR_WORKSPACE || looked_at(n, r, w)) &&
         (r->removes == BY_ROOT || !ANY(a, a->about == w && by_admin(n, a) && a->cites[r->number])));
RULE(lists, (FACT r, FACT e), ANY_RECORD(c, r, c->log == e->log && e->seq <= c->seq));
RULE(spares, (FACT s, FACT r), s == r || (s->removes == FOR_WORKSPACE && r->removes == FOR_WORKSPACE));
DEFINE(bool, naive_covers_content, (WHO w, FACT e),
       ALL(r, !bounds(n, r, w) || ANY(s, spares(n, s, r) && bounds(n, s, w) && lists(n, s, e))));

/* ---------------------------------------------------------------- Which key to seal with */
RULE(had_keys, (WHO w),
     w->link || w->direct || ANY(a, grants(n, a, w) || (brings(n, a, w) && rights(n, a) != ROLE_CARRIER)));
RULE(reaches, (const struct dh_public *box, bool carriers), /* somebody who may have what the record holds */
     ANYBODY(w, has_box(w, box) && w->current && (carriers || w->open || naive_role(n, w) != ROLE_CARRIER)));
RULE(is_for_members, (FACT k),
     !ANY_BOX(b, k, holder, !reaches(n, b, false)) && !ANY_BOX(b, k, carrier, !reaches(n, b, true)));
DEFINE(bool, naive_usable, (FACT e),
       IS(e, EPOCH) && e->counts && e->author->current &&
           (e->author->open || naive_role(n, e->author) == ROLE_MEMBER) &&
           ALL(k, !gives_same(k, e) || !had_keys(n, k->author) || is_for_members(n, k)));

/* ---------------------------------------------------------------- Strata, one after the other */
static void settle_members(struct naive *n, bool knowing)
{
    EACH(a) a->counts = adds(n, a, knowing);
    EACHBODY(w) w->add = FIRST(a, holds(n, a, w) && !ANY(b, holds(n, b, w) && rights(n, b) > rights(n, a)));
    EACHBODY(w) w->link = NULL;
    for (int level = 0; level < 2; level++) {
        EACH(l) l->counts = l->counts || brings_in(n, l, level);
        EACHBODY(w) w->link = w->link ? w->link : FIRST(l, IS(l, LINK) && l->counts && l->about == w);
    }
}
void naive_evaluate(struct naive *n, const struct told *told, const struct naive *workspace)
{
    naive_read(n, told, workspace);
    FACT superior_end = FIRST(e, ends_superior(n, e) && !ANY(d, ends_superior(n, d) && is_later(d, e)));
    EACH(e) e->rank = leads_up(n, e, superior_end) ? 2 : 0;
    n->closing = FIRST(x, closes(n, x) && !ANY(y, closes(n, y) && is_later(y, x)));
    FACT lowest = n->closing ? n->closing->named : FIRST(g, founds(n, g));
    n->end = lowest ? end_above(n, lowest, n->closing ? lowest : unforked(n, lowest)) : NULL;
    EACH(e) if (leads_up(n, e, n->end) && !ANY(t, IS(t, HANDOVER) && before(t, e))) e->rank = 1;
    EACHBODY(w) w->is_root = is_root_key(n, &w->device);
    EACHBODY(w) w->open = ANY(g, grants(n, g, w) && !ANY(v, revokes(n, v, g)));
    EACHBODY(w) w->direct = is_of_two(n, w);
    EACH(r) r->removes = root_removes(n, r) ? BY_ROOT : NOT;
    settle_members(n, false); /* as if only roots removed */
    EACH(r) r->removes = without_admin(n, r);
    EACH(r) r->removes = admin_removes(n, r) ? BY_ADMIN : r->removes;
    settle_members(n, true);
    EACHBODY(w) w->current = is_current(n, w);
    EACH(e) e->counts = counts(n, e);
    for (int size = 0; size < n->count; size++) /* what is before another has less before it */
        EACH(e) if (IS(e, EPOCH) && e->causes == size) e->counts = is_next_epoch(n, e);
}
