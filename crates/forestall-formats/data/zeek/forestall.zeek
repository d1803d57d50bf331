##! Keeps the items of a file that `forestall publish --as zeek` writes for exactly as long as they hold.
##!
##! Intel::read_files takes in what appears in a file and never drops what left it. This script reads the file whenever it
##! was replaced, gives each item to the framework when its window begins, and takes it back when the window ends or the
##! file no longer holds it. Replace the file by renaming another over it; `forestall publish -o` does.

@load base/frameworks/intel
@load base/frameworks/input
@load frameworks/intel/seen

module Forestall;

export {
	## The file. The name of it alone is looked for where Zeek was started.
	const intel_file = "@FILE@" &redef;

	## How often windows are looked at.
	const look_every = 5min &redef;
}

redef record Intel::MetaData += {
	## When the item begins to hold, and when it ends; none where there is no bound.
	forestall_from: time &optional;
	forestall_until: time &optional;
};

# The items of the file as it was read last, and of the one that is being read.
global items: vector of Intel::Item = vector();
global coming: vector of Intel::Item = vector();

# Raised for each item while the file is read, and again and again to look at windows.
global read_item: event(description: Input::EventDescription, tpe: Input::Event, one: Intel::Item);
global look: event();

# What the framework was given: name and source.
global given: table[string, string] of Intel::Item = table();

function holds(item: Intel::Item, now: time): bool
	{
	if ( item$meta?$forestall_from && now < item$meta$forestall_from )
		return F;

	if ( item$meta?$forestall_until && item$meta$forestall_until <= now )
		return F;

	return T;
	}

function settle()
	{
	local now = current_time();
	local live: set[string, string] = set();

	for ( i in items )
		{
		local item = items[i];

		if ( ! holds(item, now) )
			next;

		add live[item$indicator, item$meta$source];

		if ( [item$indicator, item$meta$source] !in given )
			{
			given[item$indicator, item$meta$source] = item;
			Intel::insert(item);
			}
		}

	local gone: vector of Intel::Item = vector();

	for ( [indicator, source], held in given )
		{
		if ( [indicator, source] !in live )
			gone += held;
		}

	for ( j in gone )
		{
		Intel::remove(gone[j]);
		delete given[gone[j]$indicator, gone[j]$meta$source];
		}
	}

event Forestall::read_item(description: Input::EventDescription, tpe: Input::Event, one: Intel::Item)
	{
	coming += one;
	}

event Input::end_of_data(name: string, source: string)
	{
	if ( name != "forestall" )
		return;

	items = coming;
	coming = vector();
	settle();
	}

event Forestall::look()
	{
	settle();
	schedule look_every { Forestall::look() };
	}

event zeek_init()
	{
	# In a cluster the manager alone reads; the framework hands items on to the others.
	if ( Cluster::is_enabled() && Cluster::local_node_type() != Cluster::MANAGER )
		return;

	Input::add_event([$source=intel_file, $name="forestall", $reader=Input::READER_ASCII, $mode=Input::REREAD,
	    $fields=Intel::Item, $ev=Forestall::read_item]);
	schedule look_every { Forestall::look() };
	}
