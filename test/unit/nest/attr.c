/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Attribute sets and the names of attributes: interning, drafts against a naive model,
 * and the core's own.
 */
#include "interface_version.h"
#include "lib/macros.h"
#include "lib/text.h"
#include "nest/filter.h"
#include "nest/module.h"
#include "test/unit/nest/fake.h"
#include "test/unit/unit.h"
#include <errno.h>

static const struct attr_class own_classes[] = {
	{ .name = "own_number", .doc = "n", .type = VALUE_INT },
	{ .name = "own_text", .doc = "t", .type = VALUE_STRING },
	{ .name = "own_fixed", .doc = "f", .type = VALUE_INT, .flags = ATTR_READ_ONLY },
	{ .name = NULL },
};

static struct value
value_number(uint32_t number)
{
	return (struct value){ .type = VALUE_INT, .number = number };
}

static struct value
value_string(const char *text)
{
	struct value value = { .type = VALUE_STRING };
	value.bytes = text;
	value.size = (uint32_t)strlen(text);
	return value;
}

static struct attrs *
set_of(struct router *router, attr_id id, struct value value)
{
	struct attrs_draft draft;
	attrs_draft_init(&draft, NULL);
	draft.nexthop = nexthop_special(router, NEXTHOP_BLACKHOLE);
	attrs_draft_set(&draft, id, &value);
	struct attrs *attrs = attrs_intern(router, &draft);
	nexthop_release(router, draft.nexthop);
	attrs_draft_fini(&draft);
	return attrs;
}

START_TEST(equal_contents_are_one_set)
{
	struct fake fake;
	struct router *router = fake_open(&fake);
	struct attrs *a = set_of(router, 100, value_number(7));
	struct attrs *b = set_of(router, 100, value_number(7));
	struct attrs *c = set_of(router, 100, value_number(8));
	struct attrs *d = set_of(router, 101, value_number(7));
	ck_assert_ptr_eq(a, b);
	ck_assert_ptr_ne(a, c);
	ck_assert_ptr_ne(a, d);
	ck_assert_uint_eq(a->uses, 2);
	ck_assert_uint_eq(attrs_count(router, NULL), 3);
	ck_assert_ptr_eq(attrs_at(router, a->handle), a);
	attrs_audit(router);
	attrs_release(router, a, 2);
	attrs_release(router, c, 1);
	ck_assert_uint_eq(attrs_count(router, NULL), 1);
	attrs_release(router, d, 1);
	size_t bytes;
	ck_assert_uint_eq(attrs_count(router, &bytes), 0);
	attrs_release(router, NULL, 1);
	fake_close(&fake);
}
END_TEST

START_TEST(the_way_a_draft_was_made_does_not_matter)
{
	struct fake fake;
	struct router *router = fake_open(&fake);
	struct attrs_draft draft;
	struct value one = value_string("one"), longer = value_string("something longer");
	struct value number = value_number(3), nothing = { .type = VALUE_VOID };
	struct nexthop *nexthop = nexthop_special(router, NEXTHOP_BLACKHOLE);
	attrs_draft_init(&draft, NULL);
	draft.nexthop = nexthop;
	attrs_draft_set(&draft, 200, &one);
	attrs_draft_set(&draft, 100, &number);
	struct attrs *a = attrs_intern(router, &draft);
	attrs_draft_fini(&draft);
	attrs_draft_init(&draft, NULL);
	draft.nexthop = nexthop;
	attrs_draft_set(&draft, 150, &longer);
	attrs_draft_set(&draft, 100, &number);
	attrs_draft_set(&draft, 200, &longer);
	attrs_draft_set(&draft, 200, &one);
	attrs_draft_set(&draft, 150, &nothing);
	attrs_draft_set(&draft, 99, &nothing);
	struct attrs *b = attrs_intern(router, &draft);
	attrs_draft_fini(&draft);
	ck_assert_ptr_eq(a, b);
	attrs_draft_init(&draft, a);
	struct attrs *c = attrs_intern(router, &draft);
	attrs_draft_fini(&draft);
	ck_assert_ptr_eq(a, c);
	attrs_release(router, a, 3);
	nexthop_release(router, nexthop);
	fake_close(&fake);
}
END_TEST

START_TEST(bytes_that_are_lent_are_copied_when_the_set_is_made)
{
	struct fake fake;
	struct router *router = fake_open(&fake);
	struct nexthop *nexthop = nexthop_special(router, NEXTHOP_BLACKHOLE);
	uint8_t bytes[400]; /* More than a draft has room for. */
	struct value value = { .type = VALUE_BYTES,
			       .bytes = bytes,
			       .size = sizeof(bytes) };
	struct value text = value_string("beside them"), found;
	for (unsigned beside = 0; beside < 2; beside++) {
		struct attrs_draft lent, set;
		struct attrs *sets[2];
		memset(bytes, 'b', sizeof(bytes));
		attrs_draft_init(&set, NULL);
		attrs_draft_set(&set, 100, &value);
		attrs_draft_init(&lent, NULL);
		attrs_draft_lend(&lent, 100, bytes, sizeof(bytes));
		ck_assert(attrs_draft_get(&lent, 100, &found));
		ck_assert_ptr_eq(found.bytes, bytes);
		set.nexthop = lent.nexthop = nexthop;
		if (beside > 0) {
			attrs_draft_set(&set, 101, &text);
			attrs_draft_set(&lent, 101, &text);
		}
		sets[0] = attrs_intern(router, &set);
		sets[1] = attrs_intern(router, &lent);
		ck_assert_ptr_eq(sets[0], sets[1]);
		attrs_draft_fini(&set);
		attrs_draft_fini(&lent);
		memset(bytes, 'x', sizeof(bytes));
		ck_assert(attrs_get(sets[0], 100, &found));
		ck_assert_uint_eq(((const uint8_t *)found.bytes)[399], 'b');
		attrs_release(router, sets[0], 2);
	}
	nexthop_release(router, nexthop);
	fake_close(&fake);
}
END_TEST

START_TEST(preference_source_flags_and_next_hop_tell_sets_apart)
{
	struct fake fake;
	struct router *router = fake_open(&fake);
	struct nexthop *hops[] = { nexthop_special(router, NEXTHOP_BLACKHOLE),
				   nexthop_special(router, NEXTHOP_PROHIBIT) };
	struct attrs *sets[16];
	for (unsigned i = 0; i < 16; i++) {
		struct attrs_draft draft;
		attrs_draft_init(&draft, NULL);
		draft.nexthop = hops[i & 1];
		draft.preference = i >> 1 & 1;
		draft.source = i >> 2 & 1;
		draft.flags = i >> 3 & 1;
		sets[i] = attrs_intern(router, &draft);
	}
	ck_assert_uint_eq(attrs_count(router, NULL), 16);
	for (unsigned i = 0; i < 16; i++)
		attrs_release(router, sets[i], 1);
	nexthop_release(router, hops[0]);
	nexthop_release(router, hops[1]);
	fake_close(&fake);
}
END_TEST

/* A value of a random type with random contents, in `bytes`. */
static struct value
random_value(uint64_t *random, uint8_t bytes[64])
{
	static const uint8_t types[] = { VALUE_BOOL,  VALUE_INT,    VALUE_PAIR,
					 VALUE_QUAD,  VALUE_STRING, VALUE_BYTES,
					 VALUE_IP,    VALUE_PREFIX, VALUE_ENUM,
					 VALUE_EC,    VALUE_LC,     VALUE_PATH,
					 VALUE_CLIST, VALUE_ECLIST, VALUE_LCLIST,
					 VALUE_ID };
	struct value value = { .type = types[unit_below(random, ARRAY_SIZE(types))] };
	for (unsigned i = 0; i < 64; i++)
		bytes[i] = (uint8_t)unit_random(random);
	switch ((enum value_type)value.type) {
	case VALUE_BOOL: value.truth = unit_below(random, 2) > 0; break;
	case VALUE_ENUM:
		value.kind = KIND_ORIGIN;
		value.number = unit_below(random, 3);
		break;
	case VALUE_EC:
	case VALUE_ID: value.wide = unit_random(random); break;
	case VALUE_LC: memcpy(value.large, bytes, sizeof(value.large)); break;
	case VALUE_IP: memcpy(value.addr.bytes, bytes, 16); break;
	case VALUE_PREFIX:
		memcpy(value.addr.bytes, bytes, 16);
		value.prefix =
			prefix_new_type(NET_IP6, value.addr, unit_below(random, 129));
		break;
	case VALUE_STRING:
	case VALUE_BYTES:
	case VALUE_PATH:
	case VALUE_CLIST:
	case VALUE_ECLIST:
	case VALUE_LCLIST:
		value.bytes = bytes;
		value.size = unit_below(random, 65);
		break;
	default: value.number = unit_below(random, 4); break;
	}
	return value;
}

START_TEST(a_draft_holds_what_was_set_last)
{
	enum { IDS = 12 };
	struct fake fake;
	struct router *router = fake_open(&fake);
	struct nexthop *nexthop = nexthop_special(router, NEXTHOP_BLACKHOLE);
	uint64_t random = 5;
	static uint8_t bytes[IDS][64];
	struct value model[IDS] = { { .type = VALUE_VOID } };
	struct attrs_draft draft;
	attrs_draft_init(&draft, NULL);
	for (unsigned step = 0; step < 4000; step++) {
		unsigned at = unit_below(&random, IDS);
		model[at] = random_value(&random, bytes[at]);
		if (unit_below(&random, 4) == 0)
			model[at] = (struct value){ .type = VALUE_VOID };
		attrs_draft_set(&draft, (attr_id)(300 + 7 * at), &model[at]);
		if (step % 16 != 0)
			continue;
		/* Through a set and back. */
		draft.nexthop = nexthop;
		struct attrs *attrs = attrs_intern(router, &draft);
		attrs_draft_fini(&draft);
		attrs_draft_init(&draft, attrs);
		for (unsigned i = 0; i < IDS; i++) {
			struct value value = { .type = VALUE_VOID };
			bool has = attrs_get(attrs, (attr_id)(300 + 7 * i), &value);
			ck_assert_int_eq(has, model[i].type != VALUE_VOID);
			ck_assert(value_equal(&value, &model[i]));
			has = attrs_draft_get(&draft, (attr_id)(300 + 7 * i), &value);
			ck_assert_int_eq(has, model[i].type != VALUE_VOID);
			ck_assert(!has || value_equal(&value, &model[i]));
		}
		attrs_audit(router);
		attrs_release(router, attrs, 1);
	}
	attrs_draft_fini(&draft);
	nexthop_release(router, nexthop);
	ck_assert_uint_eq(attrs_count(router, NULL), 0);
	fake_close(&fake);
}
END_TEST

START_TEST(a_value_may_lie_in_the_draft_it_is_set_in)
{
	struct attrs_draft draft;
	struct value value = value_string("0123456789 0123456789 0123456789"), got;
	attrs_draft_init(&draft, NULL);
	attrs_draft_set(&draft, 1, &value);
	for (attr_id id = 2; id < 50; id++) {
		ck_assert(attrs_draft_get(&draft, id - 1, &got));
		attrs_draft_set(&draft, id, &got);
	}
	for (attr_id id = 1; id < 50; id++) {
		ck_assert(attrs_draft_get(&draft, id, &got));
		ck_assert(value_equal(&value, &got));
	}
	attrs_draft_fini(&draft);
}
END_TEST

START_TEST(ids_follow_the_order_of_registration)
{
	struct fake fake;
	struct router *router = fake_open(&fake);
	ck_assert_uint_eq(attr_find(router, "preference"), ATTR_PREFERENCE);
	ck_assert_uint_eq(attr_find(router, "scope"), ATTR_SCOPE);
	ck_assert_uint_eq(attr_find(router, "own_text"), ATTR_NONE);
	ck_assert_uint_eq(attr_base(router, own_classes), ATTR_NONE);
	attr_register(router, own_classes);
	attr_register(router, own_classes);
	attr_register(router, NULL);
	ck_assert_uint_eq(attr_base(router, own_classes), CORE_ATTRS);
	ck_assert_uint_eq(attr_find(router, "own_text"), CORE_ATTRS + 1);
	ck_assert_ptr_eq(attr_class_of(router, CORE_ATTRS + 2), &own_classes[2]);
	ck_assert_ptr_null(attr_class_of(router, CORE_ATTRS + 3));
	fake_close(&fake);
}
END_TEST

/* Of one name there may be several, in the order of their ids; also when the registry
 * has grown since. */
START_TEST(ids_of_a_name_follow_each_other)
{
	static struct attr_class many[200][2];
	static char names[100][8];
	struct fake fake;
	struct router *router = fake_open(&fake);
	for (size_t i = 0; i < ARRAY_SIZE(many); i++) {
		text_format(names[i % 100], sizeof(names[0]), "a%zu", i % 100);
		many[i][0].name = names[i % 100];
		attr_register(router, many[i]);
	}
	for (size_t i = 0; i < 100; i++) {
		attr_id first = attr_find(router, names[i]);
		ck_assert_uint_eq(first, CORE_ATTRS + i);
		ck_assert_uint_eq(attr_find_next(router, first), first + 100u);
		ck_assert_uint_eq(attr_find_next(router, (attr_id)(first + 100)),
				  ATTR_NONE);
		ck_assert_uint_eq(attr_base(router, many[i + 100]), first + 100u);
	}
	fake_close(&fake);
}
END_TEST

/* Also below what a module brought in between; what is declared again is found. */
START_TEST(declarations_are_taken_back)
{
	const struct attr_class first = { .name = "one", .type = VALUE_INT },
				second = { .name = "two", .type = VALUE_INT },
				other = { .name = "one", .type = VALUE_STRING };
	struct fake fake;
	struct router *router = fake_open(&fake);
	attr_id one = attr_declare(router, &first);
	uint32_t before = attr_count(router);
	ck_assert_uint_eq(attr_declare(router, &first), one);
	ck_assert_uint_eq(attr_count(router), before);
	ck_assert_uint_ne(attr_declare(router, &other), one);
	attr_register(router, own_classes);
	ck_assert_uint_ne(attr_declare(router, &second), ATTR_NONE);
	attr_forget_since(router, before);
	ck_assert_uint_eq(attr_find(router, "two"), ATTR_NONE);
	ck_assert_uint_eq(attr_find(router, "one"), one);
	ck_assert_uint_eq(attr_find_next(router, one), ATTR_NONE);
	ck_assert_uint_eq(attr_base(router, own_classes), before);
	ck_assert_ptr_eq(attr_class_of(router, (attr_id)(before + 2)), &own_classes[2]);
	ck_assert_ptr_null(attr_class_of(router, (attr_id)(before + 3)));
	fake_close(&fake);
}
END_TEST

static const struct protocol_class own_protocol = { .name = "own", .attrs = own_classes };
static const struct protocol_class *const own_protocols[] = { &own_protocol, NULL };
static const struct module own_module = { .magic = MODULE_MAGIC,
					  .interface = INTERFACE_VERSION,
					  .name = "own",
					  .protocols = own_protocols };

static int
own_module_open(struct sys *sys, const char *path, const void **module, char *error,
		size_t size)
{
	(void)sys;
	(void)path;
	(void)error;
	(void)size;
	*module = &own_module;
	return 0;
}

START_TEST(a_module_whose_attributes_have_no_room_is_refused)
{
	struct fake fake;
	struct router *router = fake_open(&fake);
	struct sys_class class = *fake.sys.class;
	char name[16], error[128] = "";
	class.module_open = own_module_open;
	fake.sys.class = &class;
	/* But for one. */
	uint32_t before = attr_count(router);
	for (uint32_t i = before; i + 1 < ATTR_MOST; i++) {
		text_format(name, sizeof(name), "a%u", i);
		attr_declare(router, &(struct attr_class){ .name = name });
	}
	ck_assert_int_eq(module_load(router, "own", error, sizeof(error)), -EINVAL);
	ck_assert_ptr_nonnull(strstr(error, "more attributes than there is room for"));
	ck_assert_uint_eq(attr_count(router), ATTR_MOST - 1);
	attr_forget_since(router, before);
	ck_assert_int_eq(module_load(router, "own", error, sizeof(error)), 0);
	ck_assert_uint_eq(attr_base(router, own_classes), before);
	fake_close(&fake);
}
END_TEST

/* A set has room for all that a router can have. */
START_TEST(a_set_holds_as_many_as_there_are)
{
	struct attrs_draft draft;
	struct value value = value_number(7), got;
	attrs_draft_init(&draft, NULL);
	for (attr_id id = 0; id < ATTR_MOST; id++)
		attrs_draft_set(&draft, id, &value);
	ck_assert(attrs_draft_get(&draft, ATTR_MOST - 1, &got));
	ck_assert_uint_eq(draft.count, ATTR_MOST);
	attrs_draft_fini(&draft);
}
END_TEST

struct drafting {
	struct fake fake;
	struct router *router;
	struct attrs *attrs;
	struct attrs_draft scratch;
	struct prefix net;
	struct route_draft draft;
	struct link *link;
};

static void
drafting_open(struct drafting *drafting)
{
	drafting->router = fake_open(&drafting->fake);
	attr_register(drafting->router, own_classes);
	drafting->link = fake_link(&drafting->fake, "eth0");
	struct nexthop *nexthop = nexthop_gateway(drafting->router, drafting->link,
						  addr_from_ip4(0x0a000001), 0);
	drafting->attrs = fake_attrs(drafting->router, nexthop, 130);
	drafting->net = fake_prefix("10.0.0.0/8");
	drafting->draft = (struct route_draft){ .router = drafting->router,
						.net = &drafting->net,
						.attrs = drafting->attrs,
						.scratch = &drafting->scratch };
}

static void
drafting_close(struct drafting *drafting)
{
	if (drafting->draft.changed != NULL)
		attrs_draft_fini(&drafting->scratch);
	attrs_release(drafting->router, drafting->attrs, 1);
	fake_settle(&drafting->fake);
	ck_assert_uint_eq(nexthop_count(drafting->router), 0);
	fake_close(&drafting->fake);
}

static struct value
draft_get(const struct drafting *drafting, attr_id id)
{
	struct value value = { .type = VALUE_VOID };
	if (!route_draft_get(&drafting->draft, id, &value))
		value.type = VALUE_VOID;
	return value;
}

START_TEST(reading_does_not_copy_and_writing_leaves_the_set_alone)
{
	struct drafting drafting;
	drafting_open(&drafting);
	ck_assert_uint_eq(draft_get(&drafting, ATTR_PREFERENCE).number, 130);
	ck_assert_ptr_null(drafting.draft.changed);
	struct value value = value_number(99);
	ck_assert(route_draft_set(&drafting.draft, ATTR_PREFERENCE, &value));
	ck_assert_uint_eq(draft_get(&drafting, ATTR_PREFERENCE).number, 99);
	ck_assert_uint_eq(drafting.attrs->preference, 130);
	value.number = 70000;
	ck_assert(!route_draft_set(&drafting.draft, ATTR_PREFERENCE, &value));
	drafting_close(&drafting);
}
END_TEST

START_TEST(values_of_another_type_and_read_only_ones_are_refused)
{
	struct drafting drafting;
	drafting_open(&drafting);
	struct value text = value_string("x"), number = value_number(1);
	struct value nothing = { .type = VALUE_VOID };
	ck_assert(!route_draft_set(&drafting.draft, ATTR_PREFERENCE, &text));
	ck_assert(!route_draft_set(&drafting.draft, ATTR_PREFERENCE, &nothing));
	ck_assert(!route_draft_set(&drafting.draft, CORE_ATTRS + 2, &number));
	ck_assert(!route_draft_set(&drafting.draft, ATTR_PROTO, &text));
	ck_assert(!route_draft_set(&drafting.draft, ATTR_IFINDEX, &number));
	ck_assert(!route_draft_set(&drafting.draft, 999, &number));
	ck_assert_ptr_null(drafting.draft.changed);
	ck_assert(route_draft_set(&drafting.draft, CORE_ATTRS + 1, &text));
	struct value got = draft_get(&drafting, CORE_ATTRS + 1);
	ck_assert(value_equal(&got, &text));
	ck_assert(route_draft_set(&drafting.draft, CORE_ATTRS + 1, &nothing));
	ck_assert_int_eq(draft_get(&drafting, CORE_ATTRS + 1).type, VALUE_VOID);
	drafting_close(&drafting);
}
END_TEST

START_TEST(the_next_hop_is_read_and_replaced_by_its_parts)
{
	struct drafting drafting;
	drafting_open(&drafting);
	ck_assert(addr_equal(draft_get(&drafting, ATTR_GW).addr,
			     addr_from_ip4(0x0a000001)));
	ck_assert_uint_eq(draft_get(&drafting, ATTR_DEST).number, RTD_UNICAST);
	struct value name = draft_get(&drafting, ATTR_IFNAME),
		     eth0 = value_string("eth0");
	ck_assert(value_equal(&name, &eth0));
	struct value onlink = { .type = VALUE_BOOL, .truth = true };
	ck_assert(!draft_get(&drafting, ATTR_ONLINK).truth);
	ck_assert(route_draft_set(&drafting.draft, ATTR_ONLINK, &onlink));
	ck_assert(draft_get(&drafting, ATTR_ONLINK).truth);
	struct value dest = { .type = VALUE_ENUM, .kind = KIND_RTD };
	dest.number = RTD_UNICAST;
	ck_assert(!route_draft_set(&drafting.draft, ATTR_DEST, &dest));
	dest.number = RTD_PROHIBIT;
	ck_assert(route_draft_set(&drafting.draft, ATTR_DEST, &dest));
	ck_assert_uint_eq(draft_get(&drafting, ATTR_DEST).number, RTD_PROHIBIT);
	ck_assert(addr_is_any(draft_get(&drafting, ATTR_GW).addr));
	ck_assert(route_draft_set(&drafting.draft, ATTR_IFNAME, &eth0));
	ck_assert_uint_eq(draft_get(&drafting, ATTR_DEST).number, RTD_UNICAST);
	struct value other = value_string("eth1");
	ck_assert(!route_draft_set(&drafting.draft, ATTR_IFNAME, &other));
	ck_assert_uint_eq(draft_get(&drafting, ATTR_SCOPE).number, 4);
	drafting_close(&drafting);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		equal_contents_are_one_set,
		the_way_a_draft_was_made_does_not_matter,
		bytes_that_are_lent_are_copied_when_the_set_is_made,
		preference_source_flags_and_next_hop_tell_sets_apart,
		a_draft_holds_what_was_set_last,
		a_value_may_lie_in_the_draft_it_is_set_in,
		ids_follow_the_order_of_registration,
		ids_of_a_name_follow_each_other,
		declarations_are_taken_back,
		a_module_whose_attributes_have_no_room_is_refused,
		a_set_holds_as_many_as_there_are,
		reading_does_not_copy_and_writing_leaves_the_set_alone,
		values_of_another_type_and_read_only_ones_are_refused,
		the_next_hop_is_read_and_replaced_by_its_parts,
	};
	return unit_run("attr", tests, ARRAY_SIZE(tests), NULL, 0);
}
