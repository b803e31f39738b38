#!/usr/bin/perl
# Typical calls of an application with Search::Elasticsearch, one after another: calls.pl URL [sniff]
use strict;
use warnings;
use JSON::PP;
use Search::Elasticsearch;

my ($url, $sniff) = @ARGV;
my $client = Search::Elasticsearch->new(nodes => [$url], cxn_pool => $sniff ? 'Sniff' : 'Static::NoPing', client => '8_0::Direct');
my @said;

sub call {
    my ($title, $run) = @_;
    my $reply = eval { $run->() };
    push @said, [$title, defined $reply ? $reply : ref($@) || "$@"];
}

call(info   => sub { $client->info });
call(create => sub { $client->indices->create(index => 'notes', body => { mappings => { properties => { title => { type => 'text' } } } }) });
call(index  => sub { $client->index(index => 'notes', id => 'a/b c+d', body => { title => "\x{e9}\x{1f600}" }, refresh => 'true') });
call(get    => sub { $client->get(index => 'notes', id => 'a/b c+d', _source_includes => [ 'title', 'n' ]) });
call(bulk   => sub { $client->bulk(body => [ { index => { _index => 'notes' } }, { n => 1 } ]) });
call(search => sub { $client->search(index => [ 'notes', '<logs-{now/d}>' ], body => { query => { match => { title => 'bread' } } }) });
call(knn    => sub { $client->search(index => 'notes', body => { knn => { field => 'v', query_vector => [ 0.5, -1e-7 ], k => 3, num_candidates => 10 } }) });
call(delete => sub { $client->delete(index => 'notes', id => 'missing', ignore => 404) });
print JSON::PP->new->canonical->encode(\@said), "\n";
